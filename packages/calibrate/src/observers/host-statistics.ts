import { addToHistogram, type HostTensor, rangeOf } from '@mnnquant/graph';
import type { FeatureSolver, FeatureStatistics } from '../solvers/feature-solver.ts';

/**
 * Statistics of a tensor whose content the plan already knows: constants and folded arithmetic,
 * which no sample produces.
 */
export function hostStatistics(
  { data }: HostTensor,
  { bins, skipBelow }: FeatureSolver['observation'],
): FeatureStatistics {
  const { min, max, count, nonFinite } = rangeOf(data);
  const finite = count - nonFinite;
  const absMax = finite === 0 ? 0 : Math.max(Math.abs(min), Math.abs(max));
  const counts = new Float64Array(bins);
  if (absMax > skipBelow) addToHistogram(data, { bins, max: absMax, skipBelow }, counts);
  return { counts, absMax, finite, nonFinite };
}
