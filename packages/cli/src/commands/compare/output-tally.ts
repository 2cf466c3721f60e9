import { cosineOf } from '@mnnquant/calibrate';
import { errorSums, type TensorData } from '@mnnquant/graph';
import { rankClasses } from './ranking.ts';

/** A number and the sample it comes from, by position. */
export interface AtSample {
  readonly sample: number;
  readonly value: number;
}

/** How often two networks give the same class. */
export interface Agreement {
  /** Share of the samples in which both have the same best class. */
  readonly top1: number;
  /** Share of the samples in which the best class of `a` is among the best five of `b`; none for at most five classes. */
  readonly top5?: number;
  /** Samples in which a model's best score is that of several classes. */
  readonly ties: { readonly a: number; readonly b: number };
}

/** How far an output of `b` is from that of `a`, over all samples. */
export interface OutputError {
  readonly samples: number;
  /** Mean over samples; 1 is equal, NaN where some value is not a number. */
  readonly cosine: number;
  /** The sample with the smallest cosine, the first of equals; NaN is the smallest. */
  readonly worst: AtSample;
  /** 10 log10(sum a² / sum (a - b)²) in dB over all samples; Infinity where nothing differs. */
  readonly snr: number;
  readonly maxError: AtSample;
  /** Samples in which a value is NaN or infinite. */
  readonly notFinite: { readonly a: number; readonly b: number };
  readonly agreement?: Agreement;
}

export const TOP = 5;

const LARGER = (a: number, b: number): boolean => a > b || (Number.isNaN(a) && !Number.isNaN(b));

/** Sums up one output sample by sample, in the order of the calls; no output is kept. */
export class OutputTally {
  readonly #classes: number;
  #samples = 0;
  #cosines = 0;
  #signal = 0;
  #noise = 0;
  #worst: AtSample | undefined;
  #maxError: AtSample | undefined;
  readonly #notFinite = { a: 0, b: 0 };
  readonly #ties = { a: 0, b: 0 };
  #same = 0;
  #among = 0;

  /** @param classes how many classes the output has scores of; 0 for none */
  constructor(classes: number) {
    this.#classes = classes;
  }

  add(sample: number, a: TensorData, b: TensorData): void {
    const sums = errorSums(a, b);
    // What is equal has 1 to the last digit, so that a bound of 1 can hold.
    const cosine = sums.squaredError === 0 ? 1 : cosineOf(sums);
    this.#samples++;
    this.#cosines += cosine;
    this.#signal += sums.squaredA;
    this.#noise += sums.squaredError;
    if (this.#worst === undefined || LARGER(-cosine, -this.#worst.value))
      this.#worst = { sample, value: cosine };
    const error = sums.maxAbsoluteError;
    if (this.#maxError === undefined || LARGER(error, this.#maxError.value))
      this.#maxError = { sample, value: error };
    if (!a.every(Number.isFinite)) this.#notFinite.a++;
    if (!b.every(Number.isFinite)) this.#notFinite.b++;
    if (this.#classes > 0) this.#rank(a, b);
  }

  #rank(a: TensorData, b: TensorData): void {
    const [first, second] = [rankClasses(a, TOP), rankClasses(b, TOP)];
    if (first.tied) this.#ties.a++;
    if (second.tied) this.#ties.b++;
    const [answer] = first.best;
    // Without an answer nothing agrees.
    if (answer === undefined) return;
    if (answer === second.best[0]) this.#same++;
    if (second.best.includes(answer)) this.#among++;
  }

  /** @throws {Error} where nothing was added */
  get result(): OutputError {
    const samples = this.#samples;
    if (this.#worst === undefined || this.#maxError === undefined)
      throw new Error('expected at least one sample, got none');
    const top5 = this.#classes > TOP ? { top5: this.#among / samples } : {};
    return {
      samples,
      cosine: this.#cosines / samples,
      worst: this.#worst,
      snr: decibels(this.#signal, this.#noise),
      maxError: this.#maxError,
      notFinite: { ...this.#notFinite },
      ...(this.#classes > 0 && {
        agreement: { top1: this.#same / samples, ...top5, ties: { ...this.#ties } },
      }),
    };
  }
}

/** Infinity without noise, also where there is no signal; -Infinity where there is noise alone. */
export function decibels(signal: number, noise: number): number {
  if (noise === 0) return Number.POSITIVE_INFINITY;
  return 10 * Math.log10(signal / noise);
}
