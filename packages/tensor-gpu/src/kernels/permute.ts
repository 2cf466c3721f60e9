import {
  type ConvertTensorAttributes,
  channelOrder,
  type PermuteAttributes,
  permutedView,
  permuteOrder,
} from '@mnnquant/graph';
import type { KernelBinder } from './context.ts';
import { fromFirst } from './moves/move.ts';
import { strided } from './moves/strided.ts';

/** Output axis i is input axis order[i]. */
export const bindPermute: KernelBinder = ({ device }, node, inputs) => {
  const [x, second] = inputs;
  if (x === undefined || (second !== undefined && second.value === undefined)) return undefined;
  const order = permuteOrder(node.attributes as PermuteAttributes, inputs, node.name);
  return fromFirst([strided(device, permutedView(x.shape, order))]);
};

/** NHWC to and from the channels-first layouts; between those nothing moves. */
export const bindConvertTensor: KernelBinder = ({ device }, node, [x]) => {
  if (x === undefined) return undefined;
  const { to } = node.attributes as ConvertTensorAttributes;
  return fromFirst([strided(device, permutedView(x.shape, channelOrder(x.layout, to, x.shape.length)))]);
};
