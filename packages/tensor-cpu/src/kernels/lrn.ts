import type { LrnAttributes } from '@mnnquant/graph';
import type { KernelBinder } from '../context.ts';
import { live } from '../tensor.ts';
import { allFloat, channelView } from './support.ts';

/** Local response normalization across channels, with an exponent of 1/4 to 4/4; all else is left to the reference. */
export const bindLrn: KernelBinder = ({ wasm }, node, inputs) => {
  const { withinChannel, localSize, alpha, beta, bias } = node.attributes as LrnAttributes;
  const quarters = beta * 4;
  if (withinChannel || !allFloat(inputs) || ![1, 2, 3, 4].includes(quarters)) return undefined;
  const { samples, channels, plane } = channelView(inputs[0]);
  const ratio = alpha / localSize;
  return ([x], [y]) =>
    wasm.normalizeResponse(
      live(x).address,
      live(y).address,
      samples,
      channels,
      plane,
      localSize,
      ratio,
      bias,
      quarters,
    );
};
