import { createPlan, type ExecutionPlan, type QuantParams } from '@mnnquant/graph';
import { NetworkBuilder } from '../simulate/network-builder.ts';
import type { HeldTensor, SimulatedPlan } from './simulated-plan.ts';

/**
 * The network in floats, tensors with a scale rounded to it: what MNN's tool measures
 * (tools/quantization/calibration.cpp `_computeQuantError`, 3.6.1), weights as `plan` has them.
 */
export function roundedPlan(plan: ExecutionPlan, rounding: ReadonlyMap<number, QuantParams>): SimulatedPlan {
  const builder = new NetworkBuilder(plan.graph);
  const held = new Map<number, HeldTensor>(
    plan.graph.tensorNames.map((_, tensor) => [tensor, { tensor }] as const),
  );
  const read = (tensor: number): number => {
    const params = rounding.get(tensor);
    if (params === undefined) return tensor;
    const own = builder.rounded(tensor, params);
    held.delete(tensor);
    held.set(own, { tensor });
    return own;
  };
  for (const node of plan.graph.nodes) builder.add({ ...node, inputs: node.inputs.map(read) });
  const outputs = plan.graph.outputs.map(({ tensor, name }) => ({ tensor: read(tensor), name }));
  const graph = { ...builder.finish().graph, outputs };
  const shapes = new Map(plan.inputs.map(({ name, desc }) => [name, desc.shape]));
  const rounded = createPlan(graph, shapes);
  const announced = [
    ...rounded.inputs.map(({ tensor }) => tensor),
    ...rounded.steps.flatMap(({ node }) => node.outputs),
  ];
  return { plan: rounded, held, order: announced.flatMap((own) => held.get(own)?.tensor ?? []) };
}
