import { seenRange } from '../solvers/clipped-range.ts';
import type { FeatureStatistics } from '../solvers/feature-solver.ts';

/** The smallest range that holds all finite values of several tensors; [0, 0] where there are none. */
export function mergedRange(members: readonly FeatureStatistics[]): { min: number; max: number } {
  const ranges = members.filter(({ finite }) => finite > 0).map(seenRange);
  if (ranges.length === 0) return { min: 0, max: 0 };
  return {
    min: Math.min(...ranges.map(({ min }) => min)),
    max: Math.max(...ranges.map(({ max }) => max)),
  };
}
