import type { CorrectedBiases, EqualizedModel } from '@mnnquant/calibrate';

/** What `equalize` and `bias_correction` did. */
export interface CorrectionsOutcome {
  readonly equalize?: {
    /** Convolutions whose channels were given other ranges. */
    readonly convolutions: number;
    /** The most that a channel was enlarged. */
    readonly largestGain: number;
  };
  readonly biasCorrection?: {
    /** Int8 convolutions with at least one other bias. */
    readonly convolutions: number;
    /** The largest change of a bias, in steps of the convolution's output. */
    readonly largestSteps: number;
    /** Runs of the int8 network over all samples. */
    readonly passes: number;
  };
}

/** @returns `undefined` where neither was asked for */
export function correctionsOutcome(
  equalized: EqualizedModel | undefined,
  corrected: CorrectedBiases | undefined,
): CorrectionsOutcome | undefined {
  if (equalized === undefined && corrected === undefined) return undefined;
  return {
    ...(equalized && {
      equalize: {
        convolutions: equalized.factors.size,
        largestGain: [...equalized.factors.values()].reduce(
          (most, one) => largest(one, (x) => 1 / x, most),
          1,
        ),
      },
    }),
    ...(corrected && { biasCorrection: biasOutcome(corrected) }),
  };
}

function biasOutcome({ shifts, passes }: CorrectedBiases): CorrectionsOutcome['biasCorrection'] {
  const moved = [...shifts.values()].filter((one) => one.some((shift) => shift !== 0));
  const largestSteps = moved.reduce((most, one) => largest(one, Math.abs, most), 0);
  return { convolutions: moved.length, largestSteps, passes };
}

function largest(values: Float64Array, of: (value: number) => number, least: number): number {
  return values.reduce((most, value) => Math.max(most, of(value)), least);
}

/** For a person. */
export function correctionLines(outcome: CorrectionsOutcome | undefined): string[] {
  const { equalize, biasCorrection } = outcome ?? {};
  const lines: string[] = [];
  if (equalize)
    lines.push(
      `Equalized   ${counted(equalize.convolutions)}, channels enlarged up to ${equalize.largestGain.toFixed(1)} times`,
    );
  if (biasCorrection) {
    const { convolutions, largestSteps, passes } = biasCorrection;
    const runs =
      passes > 1
        ? `; ${passes} passes, as the samples did not fit --memory at once or have different shapes`
        : '';
    lines.push(
      `Biases      of ${counted(convolutions)} corrected, by up to ${largestSteps.toFixed(1)} steps of int8${runs}`,
    );
  }
  return lines;
}

const counted = (count: number): string => `${count} convolution${count === 1 ? '' : 's'}`;
