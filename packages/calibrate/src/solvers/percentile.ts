import { mergeStatistics } from '../observers/merge.ts';
import { degenerateScale } from './degenerate.ts';
import type {
  FeatureSolution,
  FeatureSolveOptions,
  FeatureSolver,
  HistogramStatistics,
} from './feature-solver.ts';
import { KL_BINS, KL_SKIP_BELOW } from './kl-distribution.ts';
import { joinedNotes, nonFiniteNotes } from './notes.ts';

/** Where nobody says another: `feature_percentile`. */
export const DEFAULT_PERCENTILE = 99.99;

/**
 * The clip that so many percent of the values do not exceed: all finite ones count, zeros as well. In the bin that the
 * clip falls into the values are taken as lying evenly.
 */
export const percentileSolver = {
  observation: { kind: 'histogram', bins: KL_BINS, skipBelow: KL_SKIP_BELOW },
  merge: (members: readonly HistogramStatistics[]) => mergeStatistics(members, KL_BINS),
  solve(statistics: HistogramStatistics, options: FeatureSolveOptions): FeatureSolution {
    return degenerateScale(statistics, options) ?? ordinaryScale(statistics, options);
  },
} satisfies FeatureSolver<HistogramStatistics>;

function ordinaryScale(
  statistics: HistogramStatistics,
  { clamp, threshold, percentile = DEFAULT_PERCENTILE }: FeatureSolveOptions,
): FeatureSolution {
  const { absMax } = statistics;
  const notes = nonFiniteNotes(statistics);
  if (threshold === 'search') {
    const clip = percentileClip(statistics, percentile);
    if (clip > 0) return { scale: Math.fround(clip / clamp), method: 'PERCENTILE', ...joinedNotes(notes) };
    notes.push(`${percentile} % of the values are zero; the maximum is used`);
  }
  return { scale: Math.fround(absMax / clamp), method: 'maximum', ...joinedNotes(notes) };
}

/** @returns at most the largest |x|; 0 where the values that are too small to be counted are that many */
export function percentileClip({ counts, absMax, finite }: HistogramStatistics, percentile: number): number {
  const most = (finite * (100 - percentile)) / 100;
  let above = 0;
  for (let i = counts.length - 1; i >= 0; i--) {
    const count = counts[i] as number;
    if (above + count > most) return ((i + 1 - (most - above) / count) / counts.length) * absMax;
    above += count;
  }
  return 0;
}
