import type { HistogramStatistics } from '../solvers/feature-solver.ts';
import { mergedRange } from './merged-range.ts';
import { addRebinned } from './rebin.ts';

/**
 * The statistics of all values of several tensors together, over the widest range among them.
 * Deterministic in the order given; a single tensor's counts come back unchanged.
 */
export function mergeStatistics(members: readonly HistogramStatistics[], bins: number): HistogramStatistics {
  const counts = new Float64Array(bins);
  let absMax = 0;
  let finite = 0;
  let nonFinite = 0;
  for (const member of members) {
    absMax = Math.max(absMax, member.absMax);
    finite += member.finite;
    nonFinite += member.nonFinite;
  }
  for (const member of members) addRebinned(member.counts, member.absMax, counts, absMax);
  return { counts, absMax, finite, nonFinite, range: mergedRange(members) };
}
