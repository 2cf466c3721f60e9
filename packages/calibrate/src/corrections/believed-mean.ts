import type { SampleMean } from './channel-means.ts';

/**
 * What the mean of a channel should be: the float network's, as far as the samples tell.
 *
 * The two networks' means differ by some error of rounding, the same for whatever is seen, and by what it happens to be in each sample. Of
 * the difference d over n samples with the standard error e the share 1 - e² / d² is believed (positive-part James-Stein: James and
 * Stein, 1961), so that little is changed where samples disagree: behind a global pool, where each has one value a channel, means of a few
 * samples fit these alone. One sample is believed.
 *
 * @param float means of the float network by sample, in the steps of the result, with its zero point
 * @param int8 of the int8 network, for the same samples
 * @returns NaN where some value is not finite, or there is none
 */
export function believedMean(float: readonly SampleMean[], int8: readonly SampleMean[]): number {
  const count = int8.length;
  let [values, difference, mean] = [0, 0, 0];
  for (let i = 0; i < count; i++) {
    const { values: weight, mean: own } = int8[i]!;
    values += weight;
    mean += weight * own;
    difference += weight * (float[i]!.mean - own);
  }
  mean /= values;
  difference /= values;
  if (count < 2 || difference === 0) return mean + difference;
  let spread = 0;
  for (let i = 0; i < count; i++) {
    const { values: weight, mean: own } = int8[i]!;
    spread += (weight * (float[i]!.mean - own - difference)) ** 2;
  }
  const squaredError = (spread * count) / (count - 1) / values ** 2;
  // The square of a difference may be 0 where it is not.
  const share = squaredError === 0 ? 1 : Math.max(0, 1 - squaredError / difference ** 2);
  return mean + difference * share;
}
