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
  /** Ascending: where buckets begin, or the values themselves. */
  readonly #lows: Float32Array;
  /** Sums of the values from each of them on. */
  readonly #sums: Float64Array;
  /** `undefined` where the values themselves are known. */
  readonly #buckets: CountedBuckets | undefined;

  constructor(buckets: ValueBuckets) {
    const values = buckets.sorted();
    if (values !== undefined) {
      this.#lows = values;
      this.#sums = sumsFrom(values);
    } else {
      const columns = buckets.columns();
      this.#lows = columns.lows;
      this.#sums = sumsFrom(columns.sums);
      this.#buckets = { ...columns, countsFrom: sumsFrom(columns.counts) };
    }
  }

  above(threshold: number): Above {
    return this.#from(firstNotBelow(this.#lows, threshold, 0), threshold);
  }

  /**
   * The scale with the smallest squared error for the whole numbers up to `cuts.length` that `alpha` rounds
   * to, Σ q·x / Σ q². A value of q lies above q of the thresholds (k - 1/2) · alpha, and q² is the sum of
   * the first q odd numbers.
   *
   * @param cuts by k - 1, the first bucket above its threshold; those of any alpha on entry
   */
  fittedScale(alpha: number, cuts: Int32Array): number {
    if (this.#buckets === undefined) return scaleOfValues(this.#lows, this.#sums, alpha, cuts);
    let products = 0;
    let squares = 0;
    let next = 0;
    for (let k = 1; k <= cuts.length; k++) {
      const threshold = (k - 0.5) * alpha;
      next = firstNotBelow(this.#lows, threshold, Math.max(next, cuts[k - 1] as number));
      cuts[k - 1] = next;
      const { count, sum } = this.#from(next, threshold);
      if (count === 0) break;
      products += sum;
      squares += (2 * k - 1) * count;
    }
    return products / squares;
  }

  /** @param next the first bucket that begins at the threshold or above it */
  #from(next: number, threshold: number): Above {
    const sum = this.#sums[next] as number;
    if (this.#buckets === undefined) return { count: this.#lows.length - next, sum };
    const { lows, highs, counts, sums, countsFrom } = this.#buckets;
    const whole = { count: countsFrom[next] as number, sum };
    const i = next - 1;
    if (next === 0 || highs[i] <= threshold) return whole;
    const part = upperPart({ low: lows[i], high: highs[i], count: counts[i], sum: sums[i] }, threshold);
    return { count: whole.count + part.count, sum: whole.sum + part.sum };
  }
}

/** `fittedScale` where the values themselves are known: no bucket is cut, and a count is what is left of them. */
function scaleOfValues(ascending: Float32Array, sums: Float64Array, alpha: number, cuts: Int32Array): number {
  let products = 0;
  let squares = 0;
  let next = 0;
  for (let k = 1; k <= cuts.length; k++) {
    next = firstNotBelow(ascending, (k - 0.5) * alpha, Math.max(next, cuts[k - 1] as number));
    cuts[k - 1] = next;
    if (next === ascending.length) break;
    products += sums[next] as number;
    squares += (2 * k - 1) * (ascending.length - next);
  }
  return products / squares;
}

interface CountedBuckets extends BucketColumns {
  /** How many values there are from each bucket on. */
  readonly countsFrom: Float64Array;
}

/** [length + 1] sums of the numbers from each one on. */
function sumsFrom(numbers: Uint32Array | Float32Array | Float64Array): Float64Array {
  const sums = new Float64Array(numbers.length + 1);
  let sum = 0;
  for (let i = numbers.length - 1; i >= 0; i--) {
    sum += numbers[i] as number;
    sums[i] = sum;
  }
  return sums;
}

/**
 * The first of ascending numbers that is not below the threshold, or their count.
 *
 * @param near where it may be: strides away from there double until they have passed it
 */
function firstNotBelow(ascending: Float32Array, threshold: number, near: number): number {
  let from = 0; // what is before it is below
  let to = ascending.length; // what is from here on is not
  if (near < to && ascending[near] < threshold) {
    from = near + 1;
    for (let stride = 1; from + stride <= to; stride *= 2) {
      if (ascending[from + stride - 1] >= threshold) {
        to = from + stride - 1;
        break;
      }
      from += stride;
    }
  } else {
    to = near;
    for (let stride = 1; stride <= to; stride *= 2) {
      if (ascending[to - stride] < threshold) {
        from = to - stride + 1;
        break;
      }
      to -= stride;
    }
  }
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (ascending[middle] < threshold) from = middle + 1;
    else to = middle;
  }
  return from;
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
