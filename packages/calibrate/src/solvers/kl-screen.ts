import type { LogarithmTable } from './coarse-logarithm.ts';
import { clippingCosts, coarseKl } from './kl-coarse.ts';
import { KL_LEVELS } from './kl-distribution.ts';
import type { KlWorkspace } from './kl-divergence.ts';
import { estimateKl, klSums } from './kl-estimate.ts';

/**
 * How far a coarse divergence can be from the estimate, and a bound above it. Logarithms are within 7e-8
 * here and 6e-8 there (arguments rounded to float32), and the masses they are weighted with add up to 1.
 */
const SCREEN_ERROR = 1e-6;
/** Every so many candidates are looked at first; the others are then held against the best of these. */
const FIRST_STEP = 32;

/** The largest estimate that matters where the smallest one is `smallest`; must not fall where that rises. */
export type WorthwhileLimit = (smallest: number) => number;

/**
 * The estimates of all candidates that are worth a look: those up to `limit` of the smallest one, and
 * perhaps some more. They are exactly what `estimateKl` says, at a fraction of the work: a coarse
 * divergence, and bounds below it, tell which candidates cannot be among them.
 *
 * @returns [bins] by candidate; NaN for those that are left out
 */
export function worthwhileEstimates(
  workspace: KlWorkspace,
  table: LogarithmTable,
  limit: WorthwhileLimit,
): Float64Array {
  const sums = klSums(workspace);
  const costs = clippingCosts(workspace, sums, table);
  const worth = (best: number) => limit(best + SCREEN_ERROR) + SCREEN_ERROR;
  const { divergences, best } = screen(costs, worth, (candidate, most) =>
    coarseKl({ workspace, sums, table, cost: costs[candidate] as number, most }, candidate),
  );
  const most = worth(best);
  const estimates = new Float64Array(divergences.length).fill(Number.NaN);
  for (let candidate = KL_LEVELS; candidate < divergences.length; candidate++) {
    if ((divergences[candidate] as number) <= most)
      estimates[candidate] = estimateKl(workspace, sums, candidate);
  }
  return estimates;
}

/**
 * Looks at the candidates that can be worth it.
 *
 * @param costs [bins] lower bounds by candidate; NaN where there is no divergence
 * @param worth the largest bound or divergence that is worth a closer look, by the best one so far
 * @param divergence of a candidate; infinity where it turns out to be above `most`
 * @returns [bins] the divergences, NaN where none was asked for; and the smallest of them
 */
function screen(
  costs: Float64Array,
  worth: WorthwhileLimit,
  divergence: (candidate: number, most: number) => number,
): { divergences: Float64Array; best: number } {
  const divergences = new Float64Array(costs.length).fill(Number.NaN);
  let best = Number.POSITIVE_INFINITY;
  let most = Number.POSITIVE_INFINITY;
  for (const step of [FIRST_STEP, 1]) {
    for (let candidate = costs.length - 1; candidate >= KL_LEVELS; candidate -= step) {
      const known = !Number.isNaN(divergences[candidate]);
      if (known || !((costs[candidate] as number) <= most)) continue;
      const value = divergence(candidate, most);
      divergences[candidate] = value;
      if (value >= best) continue;
      best = value;
      most = worth(best);
    }
  }
  return { divergences, best };
}
