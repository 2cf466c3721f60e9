import { klDivergence, klWorkspace } from '../../packages/calibrate/src/solvers/kl-divergence.ts';
import { KlSearch } from '../../packages/calibrate/src/solvers/kl-threshold.ts';

/** L1 distance of two histograms, each made to add up to 1; 0 where both are empty. */
export function histogramDistance(a: Float64Array, b: Float64Array): number {
  const sum = (counts: Float64Array): number => counts.reduce((total, count) => total + count, 0);
  const [totalA, totalB] = [sum(a), sum(b)];
  if (totalA === 0 || totalB === 0) return totalA === totalB ? 0 : 2;
  return a.reduce((distance, count, bin) => distance + Math.abs(count / totalA - b[bin] / totalB), 0);
}

/**
 * How much larger the divergence of `judge` is at the threshold that KL finds in `counts` than at its own. The
 * threshold itself says little: the divergence is flat around its minimum, and where it lies jumps.
 */
export function klExcess(counts: Float64Array, judge: Float64Array): number {
  const workspace = klWorkspace(judge);
  const [found, best] = [counts, judge].map((histogram) => new KlSearch(histogram).threshold());
  return klDivergence(workspace, found) - klDivergence(workspace, best);
}
