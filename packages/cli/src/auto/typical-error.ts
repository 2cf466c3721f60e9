import { cosineOf } from '@mnnquant/calibrate';
import { elementCount, errorSums, exp, type HostTensor, log } from '@mnnquant/graph';

/** What is nearer than this to float is as good as equal: ten times nearer is not ten times better. */
const NEGLIGIBLE = 1e-5;

/**
 * The error of a typical sample: of each sample the error of the output that is farthest from float (1 - cosine), of these the geometric
 * mean. One strange sample, in which nearly nothing is left of an output, decides a mean; which settings lose less of all the others is what
 * few samples can tell.
 */
export class TypicalError {
  /** By sample, of the outputs with several numbers. */
  readonly #worst = new Map<number, number>();
  /** By output with a single number: signal and noise by sample. */
  readonly #single = new Map<string, Map<number, { readonly signal: number; readonly noise: number }>>();

  add(output: string, sample: number, a: HostTensor, b: HostTensor): void {
    const sums = errorSums(a.data, b.data);
    if (elementCount(a.shape) > 1) this.#note(sample, sums.squaredError === 0 ? 0 : 1 - cosineOf(sums));
    else {
      const own = this.#single.get(output) ?? new Map();
      this.#single.set(output, own.set(sample, { signal: sums.squaredA, noise: sums.squaredError }));
    }
  }

  /** Infinity where some error is not a number, or there is none. */
  get value(): number {
    // Of a single number the cosine is only the sign: half the noise's part of the power over all samples takes its place.
    for (const own of this.#single.values()) {
      const power = [...own.values()].reduce((sum, { signal }) => sum + signal, 0) / own.size;
      for (const [sample, { noise }] of own) this.#note(sample, noise === 0 ? 0 : noise / power / 2);
    }
    const logarithms = [...this.#worst.values()].map((error) => log(Math.max(error, NEGLIGIBLE)));
    const mean = logarithms.reduce((sum, one) => sum + one, 0) / logarithms.length;
    return Number.isNaN(mean) ? Number.POSITIVE_INFINITY : exp(mean);
  }

  #note(sample: number, error: number): void {
    const known = this.#worst.get(sample) ?? 0;
    this.#worst.set(sample, Number.isNaN(error) || error > known ? error : known);
  }
}
