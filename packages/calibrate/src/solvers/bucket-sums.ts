import type { BucketColumns, ValueBucket, ValueBuckets } from '@mnnquant/graph';

/** How many values are at or above a threshold, and what they add up to. */
export interface Above {
  readonly count: number;
  readonly sum: number;
}

/**
 * Answers what lies above a threshold in logarithmic time.
 *
 * A bucket that the threshold cuts is taken as if its values lay on a line whose mean is the bucket's;
 * values that lie together at one place (a clip such as 6) are told by their mean, which no such line
 * has where the place is near an edge. What is wrong is at most the share of one bucket, a 16384th
 * of the threshold wide.
 */
export class BucketSums {
  readonly #buckets: BucketColumns;
  /** Of the buckets from i on. */
  readonly #counts: Float64Array;
  readonly #sums: Float64Array;

  constructor(buckets: ValueBuckets) {
    this.#buckets = buckets.columns();
    const { counts, sums } = this.#buckets;
    this.#counts = new Float64Array(counts.length + 1);
    this.#sums = new Float64Array(counts.length + 1);
    for (let i = counts.length - 1; i >= 0; i--) {
      this.#counts[i] = this.#counts[i + 1] + counts[i];
      this.#sums[i] = this.#sums[i + 1] + sums[i];
    }
  }

  above(threshold: number): Above {
    const next = this.#firstNotBelow(threshold);
    const whole = { count: this.#counts[next], sum: this.#sums[next] };
    const { lows, highs, counts, sums } = this.#buckets;
    const i = next - 1;
    if (i < 0 || highs[i] <= threshold) return whole;
    const part = upperPart({ low: lows[i], high: highs[i], count: counts[i], sum: sums[i] }, threshold);
    return { count: whole.count + part.count, sum: whole.sum + part.sum };
  }

  /** The first bucket that begins at the threshold or above it. */
  #firstNotBelow(threshold: number): number {
    const { lows } = this.#buckets;
    let [from, to] = [0, lows.length];
    while (from < to) {
      const middle = (from + to) >>> 1;
      if (lows[middle] < threshold) from = middle + 1;
      else to = middle;
    }
    return from;
  }
}

/** What of a bucket lies at or above a threshold inside of it. */
function upperPart({ low, high, count, sum }: ValueBucket, threshold: number): Above {
  const width = high - low;
  const mean = sum / count;
  // Slope of the line, from -1 (nothing at the upper end) to 1.
  const slope = (6 * (mean - low)) / width - 3;
  if (!(Math.abs(slope) <= 1)) return mean >= threshold ? { count, sum } : { count: 0, sum: 0 };
  const u = (threshold - low) / width;
  const share = u + slope * (u * u - u);
  const moment = (u * u) / 2 + slope * ((2 * u * u * u) / 3 - (u * u) / 2);
  return { count: count * (1 - share), sum: sum - count * (low * share + width * moment) };
}
