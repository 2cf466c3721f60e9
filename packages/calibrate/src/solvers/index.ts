import { admmSolver } from './admm.ts';
import type { FeatureSolver } from './feature-solver.ts';
import { klSolver } from './kl.ts';
import { maxSolver } from './max.ts';
import { mseSolver } from './mse.ts';
import { percentileSolver } from './percentile.ts';

/** `feature_quantize_method` to its solver. A new method is one file and one row. */
export const featureSolvers = {
  KL: klSolver,
  ADMM: admmSolver,
  MSE: mseSolver,
  PERCENTILE: percentileSolver,
  MAX: maxSolver,
} satisfies Record<string, FeatureSolver>;

/** EMA is no solver of statistics: it has a forward of its own. */
export type FeatureMethod = keyof typeof featureSolvers | 'EMA';

/**
 * Whether tensors get zero points other than 0.
 *
 * @param method `feature_quantize_method`; of a search that tries several, none of which is EMA, its own name
 * @param asked `feature_asymmetric`, which EMA does without
 */
export function findsZeroPoints(method: FeatureMethod | 'AUTO', asked = false): boolean {
  return method === 'EMA' || asked;
}
