import type { BoundKernel, DeviceTensor, TensorBackend } from './backend.ts';
import type { PlanStep } from './graph.ts';
import { allocateData, elementCount, type HostTensor } from './tensor.ts';

/** Runs a node's reference on the host, for a backend that has no kernel for it. */
export function hostKernel(
  { node, outputs }: Pick<PlanStep, 'node' | 'outputs'>,
  backend: TensorBackend,
): BoundKernel {
  return async (inputs, results) => {
    const sources = await Promise.all(inputs.map((tensor) => tensor && downloadHost(tensor, backend)));
    const precision = sources.some((source) => source?.data instanceof Float64Array) ? 'float64' : 'float32';
    const targets = outputs.map(({ shape, dtype, layout, list }) => ({
      shape,
      dtype,
      layout,
      list,
      data: allocateData(dtype, elementCount(shape), precision),
    }));
    node.definition.reference(node.attributes, sources, targets);
    for (const [k, target] of targets.entries()) backend.upload(results[k], target.data);
  };
}

async function downloadHost(tensor: DeviceTensor, backend: TensorBackend): Promise<HostTensor> {
  const { shape, dtype, layout, list } = tensor;
  return { shape, dtype, layout, list, data: await backend.download(tensor) };
}
