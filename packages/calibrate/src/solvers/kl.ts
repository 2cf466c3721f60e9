import { mergeStatistics } from '../observers/merge.ts';
import { degenerateScale } from './degenerate.ts';
import type {
  FeatureSolution,
  FeatureSolveOptions,
  FeatureSolver,
  HistogramStatistics,
} from './feature-solver.ts';
import { clippingLoss, cutsOffTooMuch } from './kl-clipping.ts';
import { KL_BINS, KL_SKIP_BELOW } from './kl-distribution.ts';
import { KlSearch } from './kl-threshold.ts';
import { joinedNotes, nonFiniteNotes } from './notes.ts';

const { fround } = Math;

// Another JPEG decoder, or one image more, moves the divergence by more than this share of it.
const EQUALLY_GOOD = 1e-4;

/**
 * KL as MNN 3.6.1 defines it (TensorStatistic.cpp): the threshold that loses least information
 * when |x| is squeezed into 128 levels, and the scale that puts it at the clamp.
 *
 * Unlike MNN: of thresholds that are equally good (`EQUALLY_GOOD`) the largest is taken; values that give no scale (nothing seen, all zero, tiny) get the documented one of
 * `degenerateScale` instead of 0; a threshold that a spike led astray gives way to the maximum; NaN
 * and infinities are left out. Each of these is noted.
 */
export const klSolver = {
  observation: { kind: 'histogram', bins: KL_BINS, skipBelow: KL_SKIP_BELOW },
  merge: (members: readonly HistogramStatistics[]) => mergeStatistics(members, KL_BINS),
  solve(statistics: HistogramStatistics, options: FeatureSolveOptions): FeatureSolution {
    return degenerateScale(statistics, options) ?? ordinaryScale(statistics, options);
  },
} satisfies FeatureSolver<HistogramStatistics>;

/** scale = (threshold + 0.5) / bins * absMax / clamp, rounded where MNN's float and double types round. */
export function klScale(threshold: number, absMax: number, clamp: number): number {
  const interval = fround(KL_BINS / fround(absMax));
  return fround((threshold + 0.5) / interval / clamp);
}

function ordinaryScale(
  statistics: HistogramStatistics,
  { clamp, threshold }: FeatureSolveOptions,
): FeatureSolution {
  const { counts, absMax } = statistics;
  const notes = nonFiniteNotes(statistics);
  if (threshold === 'search') {
    const search = new KlSearch(counts, EQUALLY_GOOD);
    const found = search.largestNearBest(search.threshold());
    const loss = clippingLoss(counts, found, clamp);
    if (!cutsOffTooMuch(loss))
      return { scale: klScale(found, absMax, clamp), method: 'KL', ...joinedNotes(notes) };
    notes.push(
      `KL would have cut off the largest ${(loss.share * 100).toPrecision(2)} % of the values; the maximum is used`,
    );
  }
  return { scale: klScale(KL_BINS - 1, absMax, clamp), method: 'maximum', ...joinedNotes(notes) };
}
