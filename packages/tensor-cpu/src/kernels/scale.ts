import type { ScaleAttributes } from '@mnnquant/graph';
import type { KernelBinder } from '../context.ts';
import { live } from '../tensor.ts';
import { allFloat, channelView } from './support.ts';

/** y = x * scale[channel] + bias[channel]. */
export const bindScale: KernelBinder = ({ wasm, constants }, node, inputs) => {
  const { scale, bias } = node.attributes as ScaleAttributes;
  if (!allFloat(inputs)) return undefined;
  const { samples, channels, plane } = channelView(inputs[0]);
  const factors = constants.floats(node, 'factors', () => scale);
  const offsets = constants.floats(node, 'bias', () => bias ?? new Float32Array(scale.length));
  return ([x], [y]) =>
    wasm.scale(live(x).address, live(y).address, factors, offsets, samples, channels, plane);
};
