import type { ExecutionPlan, GraphNode } from '@mnnquant/graph';
import { OpType } from '@mnnquant/mnn-format';
import type { Family } from './families.ts';

/**
 * The inputs that must be int8 for a node to run in int8; `undefined` where one cannot be: a constant
 * of an elementwise op has no place in an int8 chain.
 */
export function dataInputs(
  node: GraphNode,
  kind: Family['kind'],
  plan: ExecutionPlan,
): readonly number[] | undefined {
  // Crop asks its second input for its shape only.
  const read = node.source.type === OpType.Crop ? node.inputs.slice(0, 1) : node.inputs;
  const inputs = read.filter((tensor) => tensor >= 0 && plan.descs.get(tensor)?.dtype === 'float32');
  if (kind === 'copy' || kind === 'resample') return inputs.filter((tensor) => !plan.values.has(tensor));
  return inputs.some((tensor) => plan.values.has(tensor)) ? undefined : inputs;
}
