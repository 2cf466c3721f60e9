import { compareCosines } from './layer-error.ts';

/** What is summed up for one tensor; samples are added in a fixed order. */
export class Tally {
  samples = 0;
  #cosines = 0;
  #worst: { readonly sample: number; readonly cosine: number } | undefined;
  #values = 0;
  #overflow = 0;
  #clipped = 0;

  addCosine(sample: number, cosine: number): void {
    this.samples++;
    this.#cosines += cosine;
    if (this.#worst === undefined || compareCosines(cosine, this.#worst.cosine) < 0)
      this.#worst = { sample, cosine };
  }

  addOverflow(values: number, overflow: number, clipped: number): void {
    this.#values += values;
    this.#overflow += overflow;
    this.#clipped += clipped;
  }

  get cosine(): number {
    return this.#cosines / this.samples;
  }

  get worst(): { readonly sample: number; readonly cosine: number } {
    return this.#worst ?? { sample: -1, cosine: Number.NaN };
  }

  /** Empty where nothing was counted. */
  get shares(): { readonly overflow?: number; readonly clipped?: number } {
    if (this.#values === 0) return {};
    return { overflow: this.#overflow / this.#values, clipped: this.#clipped / this.#values };
  }
}
