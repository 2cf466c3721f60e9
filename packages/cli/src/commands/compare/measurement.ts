import type { HostTensor } from '@mnnquant/graph';
import { UsageError } from '../../errors.ts';
import { finite } from '../../finite.ts';
import { AccuracyTally } from './accuracy.ts';
import type { ClassScores } from './class-scores.ts';
import type { MatchedLabels } from './labels.ts';
import type { OutputPair } from './match-outputs.ts';
import { OutputTally } from './output-tally.ts';
import type { ComparedAccuracy, ComparedOutput } from './report.ts';

/** The right classes, and the output that they are of. */
export interface LabelledOutput {
  readonly file: string;
  readonly output: OutputPair;
  /** Added to each label. */
  readonly offset: number;
  readonly labels: MatchedLabels;
}

/** Sums up every output, and how often the networks are right; outputs are not kept. */
export class Measurement {
  readonly #scores: ReadonlyMap<OutputPair, ClassScores>;
  readonly #labelled: LabelledOutput | undefined;
  readonly #tallies: ReadonlyMap<OutputPair, OutputTally>;
  readonly #right: { readonly a: AccuracyTally; readonly b: AccuracyTally } | undefined;
  readonly #shapes = new Map<OutputPair, readonly number[]>();
  readonly #names: readonly string[];

  /** @param names of the samples */
  constructor(
    scores: ReadonlyMap<OutputPair, ClassScores>,
    labelled: LabelledOutput | undefined,
    names: readonly string[],
  ) {
    this.#scores = scores;
    this.#labelled = labelled;
    this.#names = names;
    this.#tallies = new Map([...scores].map(([pair, { classes }]) => [pair, new OutputTally(classes)]));
    if (labelled === undefined) return;
    const { classes } = scores.get(labelled.output)!;
    checkLabels(labelled, classes, names);
    this.#right = { a: new AccuracyTally(classes), b: new AccuracyTally(classes) };
  }

  add(pair: OutputPair, sample: number, a: HostTensor, b: HostTensor): void {
    if (!this.#shapes.has(pair)) this.#shapes.set(pair, a.shape);
    this.#tallies.get(pair)!.add(sample, a.data, b.data);
    if (this.#labelled?.output !== pair) return;
    const label = this.#labelled.labels.classes[sample];
    if (label === undefined) return;
    this.#right!.a.add(a.data, label + this.#labelled.offset);
    this.#right!.b.add(b.data, label + this.#labelled.offset);
  }

  get outputs(): ComparedOutput[] {
    return [...this.#tallies].map(([pair, tally]) => {
      const { samples, cosine, worst, snr, maxError, notFinite, agreement } = tally.result;
      const at = (sample: number) => ({ sample, name: this.#names[sample] ?? `sample ${sample}` });
      return {
        name: pair.a.name,
        ...(pair.byPosition && { otherName: pair.b.name }),
        shape: this.#shapes.get(pair) ?? [],
        samples,
        equal: snr === Number.POSITIVE_INFINITY,
        cosine: finite(cosine),
        worst: { ...at(worst.sample), cosine: finite(worst.value) },
        snr: finite(rounded(snr)),
        maxError: { ...at(maxError.sample), value: finite(maxError.value) },
        notFinite,
        ...(agreement && { agreement }),
        classScores: this.#scores.get(pair)!.reason,
      };
    });
  }

  get accuracy(): ComparedAccuracy | undefined {
    if (this.#labelled === undefined || this.#right === undefined) return undefined;
    const { file, output, offset, labels } = this.#labelled;
    return {
      file,
      output: output.a.name,
      offset,
      samples: labels.classes.filter((label) => label !== undefined).length,
      missing: labels.missing,
      unused: labels.unused.length,
      a: this.#right.a.result,
      b: this.#right.b.result,
    };
  }

  /** What a user should know of the result. */
  get warnings(): string[] {
    const shift = this.#right?.a.likelyOffset;
    if (shift === undefined) return [];
    const offset = this.#labelled!.offset + shift;
    return [
      `${this.#labelled!.file}: the first model's answers are the labels ${shift > 0 ? 'plus' : 'minus'} 1 far more often; is it --label-offset ${offset}?`,
    ];
  }
}

function checkLabels(
  { file, labels, offset, output }: LabelledOutput,
  classes: number,
  names: readonly string[],
) {
  const wrong = labels.classes.findIndex(
    (label) => label !== undefined && !(label + offset >= 0 && label + offset < classes),
  );
  if (wrong < 0) return;
  const shift = offset === 0 ? '' : ` (${labels.classes[wrong]} with --label-offset ${offset})`;
  throw new UsageError(
    `${file}: ${names[wrong]}: expected a class from 0 to ${classes - 1} of the output ${output.a.name}, got ${labels.classes[wrong]! + offset}${shift}`,
  );
}

/** The last digits of a logarithm differ from machine to machine. */
const rounded = (value: number): number => Math.round(value * 1e4) / 1e4;

/**
 * The output that labels are of: the one asked for, else the only one that looks like scores of classes.
 *
 * @throws {UsageError} with what there is
 */
export function labelledOutput(
  scores: ReadonlyMap<OutputPair, ClassScores>,
  asked: string | undefined,
): OutputPair {
  const all = [...scores].map(([pair, { reason }]) => `  ${pair.a.name}: ${reason}`);
  const fitting = [...scores].filter(([, { classes }]) => classes > 0).map(([pair]) => pair);
  const found = fitting.filter(({ a }) => asked === undefined || a.name === asked);
  if (found.length === 1) return found[0]!;
  const problem =
    asked !== undefined
      ? `--label-output: expected an output that looks like scores of classes, got ${asked}:`
      : fitting.length === 0
        ? '--labels: no output looks like scores of classes:'
        : '--labels: several outputs look like scores of classes; say with --label-output which it is:';
  throw new UsageError([problem, ...all].join('\n'));
}
