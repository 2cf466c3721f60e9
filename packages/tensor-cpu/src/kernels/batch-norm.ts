import type { BatchNormAttributes } from '@mnnquant/graph';
import type { KernelBinder } from '../context.ts';
import { live } from '../tensor.ts';
import { allFloat, channelView } from './support.ts';

/** The stored statistics as a scale and an offset per channel, rounded to float32 once. */
export const bindBatchNorm: KernelBinder = ({ wasm, constants }, node, inputs) => {
  if (!allFloat(inputs)) return undefined;
  const { slope, bias, mean, variance, epsilon } = node.attributes as BatchNormAttributes;
  const factor = (c: number): number => slope[c] / Math.sqrt(variance[c] + epsilon);
  const factors = constants.floats(node, 'factors', () => slope.map((_, c) => factor(c)));
  const offsets = constants.floats(node, 'bias', () => bias.map((one, c) => one - mean[c] * factor(c)));
  const { samples, channels, plane } = channelView(inputs[0]);
  return ([x], [y]) =>
    wasm.scale(live(x).address, live(y).address, factors, offsets, samples, channels, plane);
};
