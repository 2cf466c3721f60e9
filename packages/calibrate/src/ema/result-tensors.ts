import type { ExecutionPlan } from '@mnnquant/graph';
import { OpType } from '@mnnquant/mnn-format';
import type { NodeChoice } from '../rewrite/candidates.ts';

/** Tensors from which no way leads to a convolution in int8: results of the network, or on the way there. */
export function resultTensors(
  plan: ExecutionPlan,
  nodes: ReadonlyMap<number, NodeChoice>,
): ReadonlySet<number> {
  const needed = new Set<number>();
  for (const { node } of [...plan.steps].reverse()) {
    const { type } = node.source;
    const convolution = type === OpType.Convolution || type === OpType.ConvolutionDepthwise;
    const int8 = convolution && nodes.get(node.index) === 'int8';
    if (int8 || node.outputs.some((tensor) => needed.has(tensor)))
      for (const tensor of node.inputs) needed.add(tensor);
  }
  const made = plan.steps.flatMap(({ node }) => node.outputs);
  return new Set(made.filter((tensor) => !needed.has(tensor)));
}
