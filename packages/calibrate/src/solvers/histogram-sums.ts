/**
 * Sums over what a histogram counts, as if the values of a bin lay evenly in it. Lengths are in bins; every answer about what
 * lies above a threshold takes the same short time, however many bins there are.
 */
export class HistogramSums {
  readonly bins: number;
  /** Σ x² over all values. */
  readonly squares: number;
  readonly #counts: Float64Array;
  /** [bins + 1] number of values in each bin and those above. */
  readonly #countsFrom: Float64Array;
  /** [bins + 1] Σ x of the same. */
  readonly #sumsFrom: Float64Array;
  /** [bins + 1] Σ x² of the same. */
  readonly #squaresFrom: Float64Array;

  constructor(counts: Float64Array) {
    const bins = counts.length;
    this.bins = bins;
    this.#counts = counts;
    this.#countsFrom = new Float64Array(bins + 1);
    this.#sumsFrom = new Float64Array(bins + 1);
    this.#squaresFrom = new Float64Array(bins + 1);
    for (let i = bins - 1; i >= 0; i--) {
      const count = counts[i] as number;
      this.#countsFrom[i] = (this.#countsFrom[i + 1] as number) + count;
      this.#sumsFrom[i] = (this.#sumsFrom[i + 1] as number) + count * (i + 0.5);
      this.#squaresFrom[i] = (this.#squaresFrom[i + 1] as number) + count * (i * i + i + 1 / 3);
    }
    this.squares = this.#squaresFrom[0] as number;
  }

  /**
   * Squared error of all values when they are rounded to the nearest of `levels` multiples of `step`: Σ (x - q·step)².
   *
   * q is above k - 1 for what lies above (k - 1/2)·step, and q² is the sum of the first q odd numbers, so that it is
   * Σ x² - 2·step·Σ q·x + step²·Σ q² with two sums over thresholds.
   */
  error(step: number, levels: number): number {
    const [counts, countsFrom, sumsFrom] = [this.#counts, this.#countsFrom, this.#sumsFrom];
    let products = 0;
    let squares = 0;
    for (let k = 1; k <= levels; k++) {
      const threshold = (k - 0.5) * step;
      const bin = Math.floor(threshold);
      if (bin >= this.bins) break;
      const above = (counts[bin] as number) * (bin + 1 - threshold);
      products += (sumsFrom[bin + 1] as number) + above * ((threshold + bin + 1) / 2);
      squares += (2 * k - 1) * ((countsFrom[bin + 1] as number) + above);
    }
    return Math.max(0, this.squares - 2 * step * products + step * step * squares);
  }

  /** Squared error of what lies in a bin and those above it alone, where all of it becomes the lower edge of that bin. */
  clippingError(bin: number): number {
    const [count, sum, squares] = [this.#countsFrom[bin], this.#sumsFrom[bin], this.#squaresFrom[bin]];
    return Math.max(0, (squares as number) - 2 * bin * (sum as number) + bin * bin * (count as number));
  }
}
