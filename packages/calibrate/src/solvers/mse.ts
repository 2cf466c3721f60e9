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
import { joinedNotes, nonFiniteNotes } from './notes.ts';

/** Clips that are tried, per bin of the histogram: the error has its hills and valleys a bin apart and more. */
const TRIES_PER_BIN = 2;
/** So many valleys are looked at more closely. */
const REFINED = 4;
/** Halvings of the distance between two clips that are tried: to less than a millionth of a bin. */
const HALVINGS = 20;

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
 * Where |x| is to be cut off, above 0 and at most the largest |x|. All clips of a grid finer than the bins are tried, from the
 * largest down until what is cut off costs more than the best so far, and the best refined.
 */
export function mseClip(
  statistics: HistogramStatistics,
  options: Pick<FeatureSolveOptions, 'clamp' | 'asymmetric'>,
): number {
  const { counts, absMax } = statistics;
  const sums = new HistogramSums(counts);
  const width = absMax / counts.length;
  const error = errorOfClip(statistics, options, sums);
  const tried: Tried[] = [];
  let least = Number.POSITIVE_INFINITY;
  for (let i = counts.length * TRIES_PER_BIN; i > 0; i--) {
    const clip = i / TRIES_PER_BIN;
    if (sums.clippingError(Math.ceil(clip)) > least) break;
    const here = { clip, error: error(clip) };
    least = Math.min(least, here.error);
    tried.push(here);
  }
  const best = deepest(tried)
    .map(({ clip }) => refine(clip, error))
    .reduce((a, b) => (b.error < a.error ? b : a));
  return Math.min(absMax, best.clip * width);
}

interface Tried {
  /** In bins. */
  readonly clip: number;
  readonly error: number;
}

/** The bottoms of the deepest valleys; of equal ones the larger clip, which is tried first. */
function deepest(tried: readonly Tried[]): Tried[] {
  const errorAt = (i: number): number => tried[i]?.error ?? Number.POSITIVE_INFINITY;
  const bottoms = tried.filter(({ error }, i) => error < errorAt(i - 1) && error <= errorAt(i + 1));
  return bottoms.sort((a, b) => a.error - b.error).slice(0, REFINED);
}

function errorOfClip(
  statistics: HistogramStatistics,
  { clamp, asymmetric = false }: Pick<FeatureSolveOptions, 'clamp' | 'asymmetric'>,
  sums: HistogramSums,
): (clip: number) => number {
  if (!asymmetric) return (clip) => sums.error(clip / clamp, clamp);
  const range = seenRange(statistics);
  const width = statistics.absMax / statistics.counts.length;
  return (clip) => {
    const side = farSide(range, clip * width, clamp);
    return side === undefined ? Number.POSITIVE_INFINITY : sums.error(side.step / width, side.levels);
  };
}

/** Walks downhill from a clip, with steps that are halved where neither neighbour is better. */
function refine(start: number, error: (clip: number) => number): Tried {
  let best: Tried = { clip: start, error: error(start) };
  let stride = 1 / (2 * TRIES_PER_BIN);
  for (let halvings = 0; halvings < HALVINGS; ) {
    const near = [best.clip + stride, best.clip - stride]
      .filter((clip) => clip > 0)
      .map((clip) => ({ clip, error: error(clip) }));
    const better = near.reduce((a, b) => (b.error < a.error ? b : a), best);
    if (better === best) {
      stride /= 2;
      halvings++;
    }
    best = better;
  }
  return best;
}
