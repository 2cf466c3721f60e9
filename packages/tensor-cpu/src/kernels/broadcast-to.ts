import { type BroadcastToAttributes, broadcastToStrides, wholeView } from '@mnnquant/graph';
import type { KernelBinder } from '../context.ts';
import { bindMoves } from './boxes.ts';

/** Dimensions of one element repeated, or a line along the first dimension. */
export const bindBroadcastTo: KernelBinder = (context, node, inputs, [output]) => {
  const [x] = inputs;
  if (x === undefined) return undefined;
  const { shape } = output;
  const strides = broadcastToStrides(node.attributes as BroadcastToAttributes, x.shape, shape);
  return bindMoves(context, inputs, [
    { input: 0, output: 0, from: { offset: 0, strides }, to: wholeView(shape), extents: shape },
  ]);
};
