import { log } from '@mnnquant/graph';

/** By so many standard errors a gain must differ from none. */
const STANDARD_ERRORS = 2;

/** A smaller gain than this share of the error is chance: between states of a search that are equally right it moved by more. */
const LEAST_GAIN = 0.03;

/**
 * Whether one int8 model loses less than another, as far as the same few samples can tell: in the geometric mean at least 3 % less, and by
 * more than twice the standard error of that mean, since of ten or twenty settings that are equally good one is most likely ahead by one
 * standard error. Samples differ far more from each other than settings do, so they are compared in pairs (paired t-statistic).
 *
 * @param one logarithms of the errors, by sample; Infinity is the worst, and nothing at all is as bad
 * @param than of the same samples
 */
export function losesLess(one: readonly number[], than: readonly number[]): boolean {
  if (!(one.length > 0 && one.every((value) => value < Number.POSITIVE_INFINITY))) return false;
  if (!(than.length > 0 && than.every((value) => value < Number.POSITIVE_INFINITY))) return true;
  const gains = than.map((value, i) => value - one[i]!);
  const mean = gains.reduce((sum, gain) => sum + gain, 0) / gains.length;
  // One sample tells nothing of how far samples differ.
  const squares = gains.reduce((sum, gain) => sum + (gain - mean) ** 2, 0);
  const standardError = gains.length > 1 ? Math.sqrt(squares / (gains.length - 1) / gains.length) : 0;
  return mean > -log(1 - LEAST_GAIN) && mean > STANDARD_ERRORS * standardError;
}
