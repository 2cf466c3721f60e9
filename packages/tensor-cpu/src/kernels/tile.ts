import type { KernelBinder } from '../context.ts';
import { bindMoves, wholeView } from './boxes.ts';

/** A tensor repeated along its dimensions. */
export const bindTile: KernelBinder = (context, _node, inputs, [output]) => {
  const [x] = inputs;
  if (x === undefined || output.shape.includes(0)) return undefined;
  const [from, to] = [wholeView(x.shape).strides, wholeView(output.shape).strides];
  const pairs = x.shape.map((extent, axis) => [output.shape[axis] / extent, extent]);
  return bindMoves(context, inputs, [
    {
      input: 0,
      output: 0,
      from: { offset: 0, strides: from.flatMap((stride) => [0, stride]) },
      to: { offset: 0, strides: to.flatMap((stride, axis) => [stride * x.shape[axis], stride]) },
      extents: pairs.flat(),
    },
  ]);
};
