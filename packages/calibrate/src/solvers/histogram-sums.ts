export interface Rounded {
  readonly error: number;
  /** Σ q² over the rounded values. */
  readonly squares: number;
}

/**
 * Sums over what a histogram counts, as if the values of a bin lay evenly in it. Lengths are in bins; every answer about what
 * lies above a threshold takes the same short time, however many bins there are.
 */
export class HistogramSums {
  readonly #bins: number;
  /** Σ x² over all values. */
  readonly #squares: number;
  readonly #counts: Float64Array;
  /** [bins + 1] number of values in each bin and those above. */
  readonly #countsFrom: Float64Array;
  /** [bins + 1] Σ x of the same. */
  readonly #sumsFrom: Float64Array;

  constructor(counts: Float64Array) {
    const bins = counts.length;
    this.#bins = bins;
    this.#counts = counts;
    this.#countsFrom = new Float64Array(bins + 1);
    this.#sumsFrom = new Float64Array(bins + 1);
    let squares = 0;
    for (let i = bins - 1; i >= 0; i--) {
      const count = counts[i] as number;
      this.#countsFrom[i] = (this.#countsFrom[i + 1] as number) + count;
      this.#sumsFrom[i] = (this.#sumsFrom[i + 1] as number) + count * (i + 0.5);
      squares += count * (i * i + i + 1 / 3);
    }
    this.#squares = squares;
  }

  /**
   * All values rounded to the nearest of `levels` multiples q of `step`: the squared error Σ (x - q·step)², and Σ q².
   *
   * q is above k - 1 for what lies above (k - 1/2)·step, and q² is the sum of the first q odd numbers, so that the error is
   * Σ x² - 2·step·Σ q·x + step²·Σ q² with two sums over thresholds.
   */
  rounded(step: number, levels: number): Rounded {
    const [counts, countsFrom, sumsFrom] = [this.#counts, this.#countsFrom, this.#sumsFrom];
    let products = 0;
    let squares = 0;
    for (let k = 1; k <= levels; k++) {
      const threshold = (k - 0.5) * step;
      const bin = Math.floor(threshold);
      if (bin >= this.#bins) break;
      const above = (counts[bin] as number) * (bin + 1 - threshold);
      products += (sumsFrom[bin + 1] as number) + above * ((threshold + bin + 1) / 2);
      squares += (2 * k - 1) * ((countsFrom[bin + 1] as number) + above);
    }
    return { error: Math.max(0, this.#squares - 2 * step * products + step * step * squares), squares };
  }
}
