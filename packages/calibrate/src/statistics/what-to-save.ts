import type { ExecutionPlan, ObservationKind } from '@mnnquant/graph';
import { possibleInt8 } from '../rewrite/candidates.ts';
import { planScales } from '../solve-scales.ts';
import type { FeatureSolver } from '../solvers/feature-solver.ts';
import { featureSolvers } from '../solvers/index.ts';

/** What one run must observe so that every solver finds what it needs. */
export type EveryObservation = ObservationKind & { readonly kind: 'histogram' };

/**
 * The observations of all solvers together.
 *
 * @throws {Error} where two solvers want different histograms: saved statistics hold one per tensor
 */
export function everyObservation(
  solvers: readonly FeatureSolver[] = Object.values(featureSolvers) as FeatureSolver[],
): EveryObservation {
  const kinds = solvers.map(({ observation }) => observation);
  const [first, ...others] = kinds.filter((kind) => kind.kind === 'histogram');
  if (
    first === undefined ||
    others.some(({ bins, skipBelow }) => bins !== first.bins || skipBelow !== first.skipBelow)
  )
    throw new Error('expected one kind of histogram for all solvers');
  return { ...first, withBuckets: kinds.some(({ kind }) => kind === 'buckets') };
}

/**
 * Every tensor whose values can decide a scale, whatever `skip_quant_op_names` and the method are: what may become
 * int8 with some choice of skipped ops, and what is on either side of a tie.
 */
export function savedTensors(plan: ExecutionPlan): ReadonlySet<number> {
  return planScales(plan, { nodes: new Map(), tensors: possibleInt8(plan).tensors }).tensors;
}
