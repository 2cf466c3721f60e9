import { admmSolver } from './admm.ts';
import type { FeatureSolver } from './feature-solver.ts';
import { klSolver } from './kl.ts';

/** `feature_quantize_method` to its solver. A new method is one file and one row. */
export const featureSolvers = { KL: klSolver, ADMM: admmSolver } satisfies Record<string, FeatureSolver>;

/** EMA is no solver of statistics: it has a forward of its own. */
export type FeatureMethod = keyof typeof featureSolvers | 'EMA';
