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
