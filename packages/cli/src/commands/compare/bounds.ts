import { UsageError } from '../../errors.ts';
import type { ClassScores } from './class-scores.ts';
import type { ComparedAccuracy, ComparedOutput } from './report.ts';

/** What has to hold. */
export interface Bounds {
  /** For the mean cosine of every output. */
  readonly minCosine?: number;
  /** Share from 0 to 1, for every output that is taken for scores of classes. */
  readonly minTop1Agreement?: number;
  /** By how many points (percent) the top-1 accuracy may fall. */
  readonly maxDrop?: number;
}

/**
 * The bounds that do not hold, each as a line with what was wanted and what came out. What is not a number misses every bound.
 */
export function missedBounds(
  { minCosine, minTop1Agreement, maxDrop }: Bounds,
  outputs: readonly ComparedOutput[],
  accuracy: ComparedAccuracy | undefined,
): string[] {
  const missed: string[] = [];
  if (minCosine !== undefined)
    for (const { name, cosine } of outputs)
      if (!(cosine !== null && cosine >= minCosine))
        missed.push(`--min-cosine: ${name}: expected at least ${minCosine}, got ${cosineText(cosine)}`);
  if (minTop1Agreement !== undefined) missed.push(...missedAgreement(minTop1Agreement, outputs));
  if (maxDrop !== undefined && accuracy !== undefined) {
    const drop = 100 * (accuracy.a.top1 - accuracy.b.top1);
    // Shares of samples: what lies further behind is rounding.
    if (drop > maxDrop + 1e-9)
      missed.push(
        `--max-drop: top-1 accuracy: expected a drop of at most ${maxDrop} points, got ${drop.toFixed(2)}`,
      );
  }
  return missed;
}

function missedAgreement(bound: number, outputs: readonly ComparedOutput[]): string[] {
  return outputs
    .filter(({ agreement }) => agreement !== undefined && !(agreement.top1 >= bound))
    .map(
      ({ name, agreement }) =>
        `--min-top1-agreement: ${name}: expected at least ${percent(bound)}, got ${percent(agreement!.top1)}`,
    );
}

/**
 * Before anything is computed: whether there will be something that the bounds can hold for.
 *
 * @param scores of each output by its name
 * @throws {UsageError} where there will not
 */
export function checkBounds(
  { minTop1Agreement, maxDrop }: Bounds,
  scores: readonly (readonly [name: string, scores: ClassScores])[],
  labels: boolean,
): void {
  if (maxDrop !== undefined && !labels) throw new UsageError('--max-drop needs --labels');
  if (minTop1Agreement === undefined || scores.some(([, { classes }]) => classes > 0)) return;
  const reasons = scores.map(([name, { reason }]) => `  ${name}: ${reason}`);
  throw new UsageError(
    ['--min-top1-agreement: no output looks like scores of classes:', ...reasons].join('\n'),
  );
}

/** Rounded down, so that what misses a bound is not shown as if it did not. */
function cosineText(cosine: number | null): string {
  return cosine === null ? 'NaN' : (Math.floor(cosine * 1e5) / 1e5).toFixed(5);
}

export const percent = (share: number): string => `${(Math.floor(share * 1e4 + 1e-6) / 100).toFixed(2)} %`;
