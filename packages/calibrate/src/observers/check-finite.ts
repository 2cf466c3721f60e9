import type { ExecutionPlan } from '@mnnquant/graph';
import { CalibrationError } from '../calibration-error.ts';

/** How many values of a tensor were numbers, and how many were not. */
export interface SeenValues {
  readonly finite: number;
  readonly nonFinite: number;
}

/**
 * Refuses tensors that never held a finite number: no scale would mean anything, and the written model would
 * answer with noise.
 *
 * @throws {CalibrationError} naming the first one in the order of execution
 */
export function checkFinite(plan: ExecutionPlan, seen: ReadonlyMap<number, SeenValues>): void {
  const made = [
    ...plan.inputs.map(({ tensor }) => tensor),
    ...plan.steps.flatMap(({ node }) => node.outputs),
  ];
  const broken = made.filter((tensor) => {
    const values = seen.get(tensor);
    return values !== undefined && values.finite === 0 && values.nonFinite > 0;
  });
  if (broken.length === 0) return;
  const [first] = broken;
  const name = plan.graph.tensorNames[first] || `tensor ${first}`;
  const input = plan.inputs.some(({ tensor }) => tensor === first);
  const others = broken.length > 1 ? `, as are those of ${broken.length - 1} more tensors` : '';
  throw new CalibrationError(
    `${input ? 'input ' : ''}${name}: expected finite numbers to calibrate with, got none: ` +
      `all ${seen.get(first)!.nonFinite} values over all samples are NaN or infinite${others}. ` +
      'Check the samples, and mean and normal of the config; a network that computes this from good samples ' +
      'is broken in float already',
  );
}
