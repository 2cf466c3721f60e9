import { logarithmTable } from './coarse-logarithm.ts';
import { KL_LEVELS } from './kl-distribution.ts';
import { type KlWorkspace, klDivergence, klWorkspace } from './kl-divergence.ts';
import { worthwhileEstimates } from './kl-screen.ts';

const NO_DIVERGENCE_YET = 10000; // as MNN: a candidate must be below this to be chosen
// Float32 and double precision differ by up to 2e-6 here (sums of 2,000 terms of 6e-8 relative error
// each); candidates within ten times that of the best estimate are computed in float32.
const ESTIMATE_SLACK = 2e-5;

/** The search for the bin at which to cut a histogram. */
export class KlSearch {
  readonly #workspace: KlWorkspace;
  readonly #tolerance: number;
  /** [bins] by candidate; NaN for those that are chosen in no case. */
  readonly #estimates: Float64Array;
  readonly #smallest: number;

  /**
   * @param counts [KL_BINS] number of values per bin of |x|
   * @param tolerance for `largestNearBest`, 0 or more
   */
  constructor(counts: Float64Array, tolerance = 0) {
    this.#workspace = klWorkspace(counts);
    this.#tolerance = tolerance;
    this.#estimates = worthwhileEstimates(this.#workspace, logarithmTable(), (smallest) =>
      Math.max(smallest + ESTIMATE_SLACK, smallest * (1 + tolerance)),
    );
    this.#smallest = smallest(this.#estimates);
  }

  /**
   * The bin at which to cut, as MNN 3.6.1 finds it (TensorStatistic.cpp): of the candidates 128 to
   * bins - 1, the first with the smallest divergence.
   */
  threshold(): number {
    const limit = this.#smallest + ESTIMATE_SLACK;
    let threshold = KL_LEVELS;
    let best = NO_DIVERGENCE_YET;
    for (let candidate = KL_LEVELS; candidate < this.#estimates.length; candidate++) {
      if (!((this.#estimates[candidate] as number) <= limit)) continue;
      const value = klDivergence(this.#workspace, candidate);
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
  largestNearBest(threshold: number): number {
    const limit = this.#smallest * (1 + this.#tolerance);
    for (let candidate = this.#estimates.length - 1; candidate > threshold; candidate--) {
      if ((this.#estimates[candidate] as number) <= limit) return candidate;
    }
    return threshold;
  }
}

/** Of values of which some are NaN; infinity where all are. */
function smallest(values: Float64Array): number {
  let result = Number.POSITIVE_INFINITY;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (value < result) result = value;
  }
  return result;
}
