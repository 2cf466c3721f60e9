import { cosineOf } from '@mnnquant/calibrate';
import { elementCount, errorSums, exp, type HostTensor, log } from '@mnnquant/graph';

/** What is nearer than this to float is as good as equal: ten times nearer is not ten times better. */
const NEGLIGIBLE = 1e-5;

/**
 * Of each sample the error of the output that is farthest from float (1 - cosine); of these the geometric mean is the error of a typical
 * sample (`typicalOf`). One strange sample, in which nearly nothing is left of an output, decides a mean; which settings lose less of all the
 * others is what few samples can tell.
 */
export class SampleErrors {
  /** By sample, of the outputs with several numbers. */
  readonly #worst = new Map<number, number>();
  /** By output with a single number: signal and noise by sample. */
  readonly #single = new Map<string, Map<number, { readonly signal: number; readonly noise: number }>>();

  add(output: string, sample: number, a: HostTensor, b: HostTensor): void {
    const sums = errorSums(a.data, b.data);
    if (elementCount(a.shape) > 1)
      note(this.#worst, sample, sums.squaredError === 0 ? 0 : 1 - cosineOf(sums));
    else {
      const own = this.#single.get(output) ?? new Map();
      this.#single.set(output, own.set(sample, { signal: sums.squaredA, noise: sums.squaredError }));
    }
  }

  /** Of each sample the logarithm of its error, in the order of the samples; Infinity where it is not a number. */
  get logarithms(): readonly number[] {
    const worst = new Map(this.#worst);
    // Of a single number the cosine is only the sign: half the noise's part of the power over all samples takes its place.
    for (const own of this.#single.values()) {
      const power = [...own.values()].reduce((sum, { signal }) => sum + signal, 0) / own.size;
      for (const [sample, { noise }] of own) note(worst, sample, noise === 0 ? 0 : noise / power / 2);
    }
    return [...worst]
      .sort(([a], [b]) => a - b)
      .map(([, error]) =>
        Number.isNaN(error) ? Number.POSITIVE_INFINITY : log(Math.max(error, NEGLIGIBLE)),
      );
  }
}

/** The geometric mean; Infinity where some error is not a number, or there is none. */
export function typicalOf(logarithms: readonly number[]): number {
  const mean = logarithms.reduce((sum, one) => sum + one, 0) / logarithms.length;
  return Number.isNaN(mean) ? Number.POSITIVE_INFINITY : exp(mean);
}

function note(worst: Map<number, number>, sample: number, error: number): void {
  const known = worst.get(sample) ?? 0;
  worst.set(sample, Number.isNaN(error) || error > known ? error : known);
}
