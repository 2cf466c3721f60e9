import { mergeStatistics } from '../observers/merge.ts';
import { farSide, seenRange } from './clipped-range.ts';
import { degenerateScale } from './degenerate.ts';
import type {
  FeatureSolution,
  FeatureSolveOptions,
  FeatureSolver,
  HistogramStatistics,
} from './feature-solver.ts';
import { HistogramSums } from './histogram-sums.ts';
import { KL_BINS, KL_SKIP_BELOW } from './kl-distribution.ts';
import { leastBetween } from './least-between.ts';
import { joinedNotes, nonFiniteNotes } from './notes.ts';

/**
 * The clip with the least squared error once |x| is rounded: what is cut off above it against the rounding below it, both
 * summed over the histogram in closed form, as if the values of a bin lay evenly in it.
 *
 * With `asymmetric`, steps are those of the grid over what is left of the range (`clippedRange`). Zero lies on every grid,
 * so that a negative value is rounded like a positive one and |x| is all that has to be known.
 */
export const mseSolver = {
  observation: { kind: 'histogram', bins: KL_BINS, skipBelow: KL_SKIP_BELOW },
  merge: (members: readonly HistogramStatistics[]) => mergeStatistics(members, KL_BINS),
  solve(statistics: HistogramStatistics, options: FeatureSolveOptions): FeatureSolution {
    return degenerateScale(statistics, options) ?? ordinaryScale(statistics, options);
  },
} satisfies FeatureSolver<HistogramStatistics>;

function ordinaryScale(statistics: HistogramStatistics, options: FeatureSolveOptions): FeatureSolution {
  const { absMax } = statistics;
  const { clamp, threshold } = options;
  const notes = joinedNotes(nonFiniteNotes(statistics));
  if (threshold === 'maximum') return { scale: Math.fround(absMax / clamp), method: 'maximum', ...notes };
  return { scale: Math.fround(mseClip(statistics, options) / clamp), method: 'MSE', ...notes };
}

/**
 * Where |x| is to be cut off, above 0 and at most the largest |x|: no clip has a squared error that is less by more than a
 * millionth.
 *
 * The error of one value is a parabola of the step whose second derivative is 2q², and where q changes the derivative jumps
 * down. So the second derivative of the sum is nowhere above 2·Σ q², which falls as steps grow.
 */
export function mseClip(
  statistics: HistogramStatistics,
  options: Pick<FeatureSolveOptions, 'clamp' | 'asymmetric'>,
): number {
  const { counts, absMax } = statistics;
  const sums = new HistogramSums(counts);
  const grids = gridsOf(statistics, options);
  const { at } = leastBetween(
    0,
    grids.widest,
    (step) => sums.rounded(step, grids.levels(step)).error,
    (a, b) => {
      // More levels never have more error: with the most of a part there is no jump in it, and nothing less is possible.
      const levels = Math.max(grids.levels(a), grids.levels(b));
      const [left, right] = [sums.rounded(a, levels), sums.rounded(b, levels)];
      return { left: left.error, right: right.error, curvature: left.squares };
    },
  );
  return Math.min(absMax, (grids.clip(at) * absMax) / counts.length);
}

/** The grids that clips lead to, by their step; lengths are in bins. */
interface Grids {
  /** Step of the largest clip. */
  readonly widest: number;
  clip(step: number): number;
  /** How many steps there are from 0 to the clip. */
  levels(step: number): number;
}

function gridsOf(
  statistics: HistogramStatistics,
  { clamp, asymmetric = false }: Pick<FeatureSolveOptions, 'clamp' | 'asymmetric'>,
): Grids {
  const bins = statistics.counts.length;
  if (!asymmetric) return { widest: bins / clamp, clip: (step) => step * clamp, levels: () => clamp };
  const range = seenRange(statistics);
  const unit = statistics.absMax / bins;
  // From here on only the farther end moves.
  const near = Math.max(0, Math.min(-range.min, range.max)) / unit;
  const clip = (step: number): number =>
    step * clamp <= near ? step * clamp : Math.min(bins, step * 2 * clamp - near);
  const most = near > 0 ? clamp : 2 * clamp;
  const levels = (step: number): number => farSide(range, clip(step) * unit, clamp)?.levels ?? most;
  return { widest: (bins + near) / (2 * clamp), clip, levels };
}
