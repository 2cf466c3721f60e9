import type { BatchNormAttributes, ScaleAttributes, TensorDesc } from '@mnnquant/graph';
import { broadcastBox } from './box.ts';
import type { GpuKernel, KernelBinder, KernelContext } from './context.ts';
import { mapPrograms, runMap } from './map.ts';
import { channelShape } from './support.ts';

const SCALE = mapPrograms({
  name: 'scale',
  operands: ['x', 'factor', 'offset'],
  compute: 'return x * factor + offset;',
});

/** y = x * scale[channel] + bias[channel]. */
export const bindScale: KernelBinder = (context, node, [x]) => {
  const { scale, bias } = node.attributes as ScaleAttributes;
  return scaled(
    context,
    x,
    () => context.constants.get(node, 'factors', () => scale),
    () => context.constants.get(node, 'bias', () => bias ?? new Float32Array(scale.length)),
  );
};

/** The stored statistics as a scale and an offset per channel, rounded to float32 once. */
export const bindBatchNorm: KernelBinder = (context, node, [x]) => {
  const { slope, bias, mean, variance, epsilon } = node.attributes as BatchNormAttributes;
  const factor = (c: number): number => slope[c] / Math.sqrt(variance[c] + epsilon);
  const offset = (one: number, c: number): number => one - mean[c] * factor(c);
  return scaled(
    context,
    x,
    () => context.constants.get(node, 'factors', () => slope.map((_, c) => factor(c))),
    () => context.constants.get(node, 'bias', () => bias.map(offset)),
  );
};

type Constant = ReturnType<KernelContext['constants']['get']>;

function scaled(
  { device }: KernelContext,
  x: TensorDesc | undefined,
  factors: () => Constant,
  offsets: () => Constant,
): GpuKernel | undefined {
  if (x?.dtype !== 'float32') return undefined;
  const channels = channelShape(x);
  const box = broadcastBox(x.shape, [x.shape, channels, channels]);
  if (box === undefined) return undefined;
  return async ([input]) => [await runMap(device, SCALE, box, [input!, await factors(), await offsets()])];
}
