import { KL_LEVELS, klDistribution, klTails } from './kl-distribution.ts';
import { type KlWorkspace, klDivergence } from './kl-divergence.ts';
import { estimateKl } from './kl-estimate.ts';
import { createFloatLogarithm } from './logarithm.ts';

const NO_DIVERGENCE_YET = 10000; // as MNN: a candidate must be below this to be chosen
// Float32 and double precision differ by up to 2e-6 here (sums of 2,000 terms of 6e-8 relative error
// each); candidates within ten times that of the best estimate are computed in float32.
const ESTIMATE_SLACK = 2e-5;

/**
 * The bin at which to cut, as MNN 3.6.1 finds it (TensorStatistic.cpp): of the candidates 128 to
 * bins - 1, the first with the smallest divergence.
 *
 * @param counts [KL_BINS] number of values per bin of |x|
 * @param exhaustive computes every candidate in float32; for tests of the shortlist
 */
export function klThreshold(counts: Float64Array, exhaustive = false): number {
  const workspace = klWorkspace(counts);
  const estimates = exhaustive ? undefined : estimateKl(workspace);
  const limit = estimates === undefined ? 0 : smallest(estimates) + ESTIMATE_SLACK;
  let threshold = KL_LEVELS;
  let best = NO_DIVERGENCE_YET;
  for (let candidate = KL_LEVELS; candidate < counts.length; candidate++) {
    if (estimates !== undefined && !((estimates[candidate] as number) <= limit)) continue;
    const value = klDivergence(workspace, candidate);
    if (value < best) {
      best = value;
      threshold = candidate;
    }
  }
  return threshold;
}

/**
 * The last bin whose divergence exceeds the smallest one by a share of at most `tolerance`.
 *
 * The divergence is flat around its minimum: MNN's choice between thresholds that differ by half jumps
 * when a pixel changes by one. Among equally good thresholds the largest cuts off least.
 *
 * @param threshold MNN's choice, which is one of them
 */
export function largestNearBest(counts: Float64Array, threshold: number, tolerance: number): number {
  const estimates = estimateKl(klWorkspace(counts));
  const limit = smallest(estimates) * (1 + tolerance);
  for (let candidate = counts.length - 1; candidate > threshold; candidate--) {
    if ((estimates[candidate] as number) <= limit) return candidate;
  }
  return threshold;
}

function klWorkspace(counts: Float64Array): KlWorkspace {
  const distribution = klDistribution(counts);
  return {
    distribution,
    tails: klTails(distribution),
    logarithm: createFloatLogarithm(),
    expanded: new Float32Array(counts.length + 1),
  };
}

function smallest(values: Float64Array): number {
  let result = Number.POSITIVE_INFINITY;
  for (const value of values) if (value < result) result = value;
  return result;
}
