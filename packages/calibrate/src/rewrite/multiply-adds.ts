import { elementCount, type MatMulAttributes, type PlanStep } from '@mnnquant/graph';

/** Multiply-adds of a convolution, a deconvolution or a product of matrices for the plan's shapes; 0 for any other op. */
export function multiplyAdds(step: PlanStep): number {
  const { node, inputs, outputs } = step;
  const { main } = node.source;
  if (node.definition.name === 'MatMul') return ofMatrices(step);
  if (main?.type !== 'Convolution2D' || main.value.common === undefined) return 0;
  const { kernelX, kernelY, outputCount, group } = main.value.common;
  const [input] = inputs;
  const [output] = outputs;
  if (input === undefined || output === undefined) return 0;
  const type = node.definition.name;
  const channelsIn = channelsOf(input);
  const kernel = kernelX * kernelY;
  if (type.endsWith('Depthwise')) return elementCount(output.shape) * kernel;
  const perGroup = Math.max(1, group);
  if (type === 'Deconvolution') return elementCount(input.shape) * kernel * (outputCount / perGroup);
  return elementCount(output.shape) * kernel * (channelsIn / perGroup);
}

function channelsOf({ shape, layout }: { shape: readonly number[]; layout: string }): number {
  return (layout === 'NHWC' ? shape[shape.length - 1] : shape[1]) ?? 1;
}

function ofMatrices({ node, inputs, outputs }: PlanStep): number {
  const { transposeA } = node.attributes as MatMulAttributes;
  const shape = inputs[0]?.shape ?? [];
  const summed = shape.at(transposeA && shape.length > 1 ? -2 : -1) ?? 1;
  return elementCount(outputs[0]?.shape ?? [0]) * summed;
}
