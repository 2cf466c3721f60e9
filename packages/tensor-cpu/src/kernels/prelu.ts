import type { PreluAttributes } from '@mnnquant/graph';
import type { KernelBinder } from '../context.ts';
import { live } from '../tensor.ts';
import { allFloat, channelView } from './support.ts';

/** y = x for x >= 0, else slope[channel] * x. */
export const bindPrelu: KernelBinder = ({ wasm, constants }, node, inputs) => {
  const { slope } = node.attributes as PreluAttributes;
  if (!allFloat(inputs)) return undefined;
  const { samples, channels, plane } = channelView(inputs[0]);
  const slopes = constants.floats(node, `slopes ${channels}`, () =>
    slope.length === 1 ? new Float32Array(channels).fill(slope[0]) : slope,
  );
  return ([x], [y]) => wasm.leaky(live(x).address, live(y).address, slopes, samples, channels, plane);
};
