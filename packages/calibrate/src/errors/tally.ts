import type { ErrorSums } from '@mnnquant/graph';
import { compareCosines, cosineOf, type SignalError, snrOf } from './layer-error.ts';

/** Sums up how far one tensor is from its int8 version; samples are added in a fixed order. */
export class ErrorTally {
  samples = 0;
  #cosines = 0;
  #signal = 0;
  #noise = 0;
  #maxError = 0;
  #worst: { readonly sample: number; readonly cosine: number } | undefined;

  /** @param sums of the float tensor (a) and the int8 one (b) */
  add(sample: number, sums: ErrorSums): void {
    const cosine = cosineOf(sums);
    this.samples++;
    this.#cosines += cosine;
    this.#signal += sums.squaredA;
    this.#noise += sums.squaredError;
    // Not every backend tells NaN here; the sum of squares always has it.
    const largest = Number.isNaN(sums.squaredError) ? Number.NaN : sums.maxAbsoluteError;
    this.#maxError = Math.max(this.#maxError, largest);
    if (this.#worst === undefined || compareCosines(cosine, this.#worst.cosine) < 0)
      this.#worst = { sample, cosine };
  }

  get error(): SignalError {
    return {
      cosine: this.#cosines / this.samples,
      snr: snrOf(this.#signal, this.#noise),
      maxError: this.samples === 0 ? Number.NaN : this.#maxError,
      worst: this.#worst ?? { sample: -1, cosine: Number.NaN },
    };
  }
}

/** What is summed up for one tensor of the int8 network. */
export class Tally {
  /** Everything before it in int8 as well. */
  readonly accumulated = new ErrorTally();
  /** The op alone in int8. */
  readonly isolated = new ErrorTally();
  #values = 0;
  #overflow = 0;
  #clipped = 0;

  addOverflow(values: number, overflow: number, clipped: number): void {
    this.#values += values;
    this.#overflow += overflow;
    this.#clipped += clipped;
  }

  /** Empty where nothing was counted. */
  get shares(): { readonly overflow?: number; readonly clipped?: number } {
    if (this.#values === 0) return {};
    return { overflow: this.#overflow / this.#values, clipped: this.#clipped / this.#values };
  }
}
