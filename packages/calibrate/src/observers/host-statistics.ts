import type { HostTensor } from '@mnnquant/graph';
import type { FeatureStatistics } from '../solvers/feature-solver.ts';

/**
 * Statistics of a tensor whose content the plan already knows: constants and folded arithmetic,
 * which no sample produces.
 */
export function hostStatistics(
  tensor: HostTensor,
  { bins, skipBelow }: { readonly bins: number; readonly skipBelow: number },
): FeatureStatistics {
  let absMax = 0;
  let finite = 0;
  for (const value of tensor.data) {
    if (!Number.isFinite(value)) continue;
    finite++;
    absMax = Math.max(absMax, Math.abs(value));
  }
  const counts = new Float64Array(bins);
  const interval = Math.fround(bins / Math.fround(absMax));
  for (const value of tensor.data) {
    const magnitude = Math.abs(value);
    if (!(magnitude > skipBelow) || magnitude === Number.POSITIVE_INFINITY) continue;
    const bin = Math.min(bins - 1, Math.floor(Math.fround(magnitude * interval)));
    counts[bin] = (counts[bin] as number) + 1;
  }
  return { counts, absMax, finite, nonFinite: tensor.data.length - finite };
}
