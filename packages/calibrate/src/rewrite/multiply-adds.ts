import { elementCount, type PlanStep } from '@mnnquant/graph';

/** Multiply-adds of a convolution or deconvolution for the plan's shapes; 0 for any other op. */
export function multiplyAdds({ node, inputs, outputs }: PlanStep): number {
  const { main } = node.source;
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
