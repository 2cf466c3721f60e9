import { type CropAttributes, cropView, wholeView } from '@mnnquant/graph';
import type { KernelBinder } from '../context.ts';
import { bindMoves } from './boxes.ts';

/** The part of a tensor that stays. */
export const bindCrop: KernelBinder = (context, node, inputs, [{ shape }]) => {
  const [x] = inputs;
  if (x === undefined) return undefined;
  const from = cropView(node.attributes as CropAttributes, x.shape);
  return bindMoves(context, inputs, [{ input: 0, output: 0, from, to: wholeView(shape), extents: shape }]);
};
