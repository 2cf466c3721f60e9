import { tileViews } from '@mnnquant/graph';
import type { KernelBinder } from '../context.ts';
import { bindMoves } from './boxes.ts';

/** A tensor repeated along its dimensions. */
export const bindTile: KernelBinder = (context, _node, inputs, [output]) => {
  const [x] = inputs;
  if (x === undefined || output.shape.includes(0)) return undefined;
  const { from, to } = tileViews(x.shape, output.shape);
  return bindMoves(context, inputs, [{ input: 0, output: 0, from, to, extents: to.extents }]);
};
