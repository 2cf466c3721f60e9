/** Number of histogram bins, as MNN 3.6.1, so that scales compare. */
export const KL_BINS = 2048;

/** Number of levels a candidate is squeezed into: one sign of int8. */
export const KL_LEVELS = 128;

/** |x| up to this is not counted: the zeros behind a ReLU would drown everything else. */
export const KL_SKIP_BELOW = 1e-6;

const PRIOR = Math.fround(1e-7);

/**
 * The distribution that MNN's search runs on: each bin starts at a prior of 1e-7, is incremented
 * by one per value, and is divided by the sum over all bins, everything in float32
 * (TensorStatistic.cpp, MNN 3.6.1). A bin with one value is 1 + 2^-23 there, the prior being
 * rounded up; from two values on it is the count. MNN's counters stop at 2^24; ours do not.
 *
 * @param counts [KL_BINS] number of values per bin
 * @returns [KL_BINS] float32, positive, with a sum of about 1
 */
export function klDistribution(counts: Float64Array): Float32Array {
  const distribution = new Float32Array(counts.length);
  let sum = 0;
  for (let bin = 0; bin < counts.length; bin++) {
    distribution[bin] = masses(counts[bin] as number);
    sum = Math.fround(sum + (distribution[bin] as number));
  }
  for (let bin = 0; bin < counts.length; bin++) distribution[bin] = (distribution[bin] as number) / sum;
  return distribution;
}

function masses(count: number): number {
  if (count === 0) return PRIOR;
  return count === 1 ? Math.fround(1 + PRIOR) : count;
}

/**
 * Mass at or above bin i, for each candidate i, as the running float32 difference MNN keeps:
 * the rounding of the subtractions is part of the result.
 */
export function klTails(distribution: Float32Array): Float32Array {
  const tails = new Float32Array(distribution.length);
  let tail = 0;
  for (let bin = KL_LEVELS; bin < distribution.length; bin++)
    tail = Math.fround(tail + (distribution[bin] as number));
  for (let bin = KL_LEVELS; bin < distribution.length; bin++) {
    tails[bin] = tail;
    tail = Math.fround(tail - (distribution[bin] as number));
  }
  return tails;
}
