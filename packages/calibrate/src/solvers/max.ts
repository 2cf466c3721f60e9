import { mergeStatistics } from '../observers/merge.ts';
import { degenerateScale } from './degenerate.ts';
import type { FeatureSolution, FeatureSolver, HistogramStatistics } from './feature-solver.ts';
import { KL_BINS, KL_SKIP_BELOW } from './kl-distribution.ts';
import { joinedNotes, nonFiniteNotes } from './notes.ts';

/** Nothing is cut off: the largest |x| is the clamp. */
export const maxSolver = {
  // It needs the range alone, which every observation brings; saved statistics have one kind of histogram.
  observation: { kind: 'histogram', bins: KL_BINS, skipBelow: KL_SKIP_BELOW },
  merge: (members: readonly HistogramStatistics[]) => mergeStatistics(members, KL_BINS),
  solve(statistics, options): FeatureSolution {
    const ordinary = {
      scale: Math.fround(statistics.absMax / options.clamp),
      method: 'maximum' as const,
      ...joinedNotes(nonFiniteNotes(statistics)),
    };
    return degenerateScale(statistics, options) ?? ordinary;
  },
} satisfies FeatureSolver<HistogramStatistics>;
