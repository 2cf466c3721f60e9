import { ValueBuckets } from '@mnnquant/graph';
import type { BucketStatistics } from '../solvers/feature-solver.ts';
import { mergedRange } from './merged-range.ts';

/** The statistics of all values of several tensors together. */
export function mergeBuckets(members: readonly BucketStatistics[]): BucketStatistics {
  const buckets = new ValueBuckets();
  let absMax = 0;
  let finite = 0;
  let nonFinite = 0;
  for (const member of members) {
    buckets.merge(member.buckets);
    absMax = Math.max(absMax, member.absMax);
    finite += member.finite;
    nonFinite += member.nonFinite;
  }
  return { buckets, absMax, finite, nonFinite, range: mergedRange(members) };
}
