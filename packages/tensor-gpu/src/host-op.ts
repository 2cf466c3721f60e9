import { allocateData, type GraphNode, type HostTensor, type TensorData } from '@mnnquant/graph';
import type { GpuTensor } from './tensor.ts';

/** Runs a node's reference on tensors that live on the host. */
export function runOnHost(
  { definition, attributes }: GraphNode,
  sources: readonly (GpuTensor | undefined)[],
  targets: readonly GpuTensor[],
): void {
  const inputs = sources.map((tensor) => tensor && hostTensor(tensor, tensor.content));
  const outputs = targets.map((tensor) => hostTensor(tensor, allocateData(tensor.dtype, tensor.count)));
  definition.reference(attributes, inputs, outputs);
  for (const [i, tensor] of targets.entries()) tensor.setHost(outputs[i].data);
}

function hostTensor({ shape, dtype, layout, list }: GpuTensor, data: TensorData): HostTensor {
  return { shape, dtype, layout, list, data };
}
