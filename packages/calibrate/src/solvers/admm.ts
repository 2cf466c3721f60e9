import { mergeBuckets } from '../observers/merge-buckets.ts';
import { BucketSums } from './bucket-sums.ts';
import { seenRange } from './clipped-range.ts';
import { degenerateScale } from './degenerate.ts';
import type {
  BucketStatistics,
  FeatureSolution,
  FeatureSolveOptions,
  FeatureSolver,
} from './feature-solver.ts';
import { joinedNotes, nonFiniteNotes } from './notes.ts';

/** MNN's number of rounds. */
const ROUNDS = 300;

/** MNN starts where the largest value is two and a half times what the clamp can hold. */
const FIRST_STRETCH = 2.5;

/**
 * ADMM as MNN 3.6.1 defines it (TensorStatistic.cpp `computeScaleADMM`): from max / (2.5 · clamp), 300
 * times q = clamp(round(x / alpha)), alpha = Σ q·x / Σ q². Each round lowers the squared error.
 *
 * Summed over buckets of values instead of the values, so it needs no more memory for more samples;
 * alpha is within 1e-4 of a run over the values in double precision (2e-5 on the networks measured). MNN adds up in single precision,
 * one value after the other, and drifts away from it.
 */
export const admmSolver = {
  observation: { kind: 'buckets' },
  merge: mergeBuckets,
  solve(statistics: BucketStatistics, options: FeatureSolveOptions): FeatureSolution {
    return degenerateScale(statistics, options) ?? ordinaryScale(statistics, options);
  },
} satisfies FeatureSolver<BucketStatistics>;

function ordinaryScale(statistics: BucketStatistics, options: FeatureSolveOptions): FeatureSolution {
  const { absMax, buckets } = statistics;
  const { clamp, threshold } = options;
  const notes = joinedNotes(nonFiniteNotes(statistics));
  if (threshold === 'maximum') return { scale: Math.fround(absMax / clamp), method: 'maximum', ...notes };
  const sums = new BucketSums(buckets);
  // All levels of a grid that begins at 0: twice as many.
  const sides = options.asymmetric && seenRange(statistics).min >= 0 ? 2 : 1;
  return { scale: Math.fround(sides * admmScale(sums, absMax, sides * clamp)), method: 'ADMM', ...notes };
}

/** The alpha after 300 rounds, or earlier where a round changes nothing any more. */
export function admmScale(sums: BucketSums, absMax: number, clamp: number): number {
  const cuts = new Int32Array(clamp);
  let alpha = absMax / (clamp * FIRST_STRETCH);
  for (let round = 0; round < ROUNDS; round++) {
    const next = sums.fittedScale(alpha, cuts);
    if (next === alpha) break;
    alpha = next;
  }
  return alpha;
}
