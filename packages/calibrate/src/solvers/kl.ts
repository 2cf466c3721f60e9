import { degenerateScale } from './degenerate.ts';
import type {
  FeatureSolution,
  FeatureSolveOptions,
  FeatureSolver,
  FeatureStatistics,
} from './feature-solver.ts';
import { KL_BINS, KL_SKIP_BELOW } from './kl-distribution.ts';
import { klThreshold } from './kl-threshold.ts';

const { fround } = Math;

/**
 * KL as MNN 3.6.1 defines it (TensorStatistic.cpp): the threshold that loses least information
 * when |x| is squeezed into 128 levels, scale = (threshold + 0.5) / bins * absMax / clamp.
 *
 * Values that give no scale (nothing seen, all zero, tiny) get the documented one of
 * `degenerateScale` instead of MNN's 0. NaN and infinities are left out and reported.
 */
export const klSolver: FeatureSolver = {
  observation: { bins: KL_BINS, skipBelow: KL_SKIP_BELOW },
  solve(statistics: FeatureStatistics, options: FeatureSolveOptions): FeatureSolution {
    const degenerate = degenerateScale(statistics, options);
    if (degenerate !== undefined) return degenerate;
    const search = options.threshold === 'search';
    const threshold = search ? klThreshold(statistics.counts) : KL_BINS - 1;
    // float, double, double, float: as the types in MNN's expression make it.
    const interval = fround(KL_BINS / fround(statistics.absMax));
    const scale = fround((threshold + 0.5) / interval / options.clamp);
    return { scale, method: search ? 'KL' : 'maximum', ...nonFiniteNote(statistics) };
  },
};

function nonFiniteNote({ finite, nonFinite }: FeatureStatistics): { note?: string } {
  if (nonFinite === 0) return {};
  return { note: `${nonFinite} of ${finite + nonFinite} values were NaN or infinite and left out` };
}
