import type { KernelBinder } from '../context.ts';
import { bindMoves, wholeView } from './boxes.ts';

/** Dimensions of one element repeated. */
export const bindBroadcastTo: KernelBinder = (context, _node, inputs, [output]) => {
  const [x] = inputs;
  if (x === undefined) return undefined;
  const { strides } = wholeView(x.shape);
  const { shape } = output;
  const from = shape.map((_, i) => {
    const axis = x.shape.length - shape.length + i;
    return axis < 0 || x.shape[axis] === 1 ? 0 : strides[axis];
  });
  return bindMoves(context, inputs, [
    { input: 0, output: 0, from: { offset: 0, strides: from }, to: wholeView(shape), extents: shape },
  ]);
};
