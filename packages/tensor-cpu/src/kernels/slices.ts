import { type StridedSliceAttributes, stridedSliceView } from '@mnnquant/graph';
import type { KernelBinder } from '../context.ts';
import { bindMoves, wholeView } from './boxes.ts';

/** A slice whose bounds are known; writing into one is left to the reference. */
export const bindStridedSlice: KernelBinder = (context, node, inputs) => {
  const attributes = node.attributes as StridedSliceAttributes;
  if (attributes.writes || inputs.slice(1).some((input) => input !== undefined && input.value === undefined))
    return undefined;
  const { extents, ...from } = stridedSliceView(attributes, inputs);
  return bindMoves(context, inputs, [{ input: 0, output: 0, from, to: wholeView(extents), extents }]);
};

/** Parts of a tensor along an axis, one after the other. */
export const bindSlice: KernelBinder = (context, node, inputs, outputs) => {
  const [x] = inputs;
  if (x === undefined) return undefined;
  const { axis } = node.attributes as { readonly axis: number };
  const at = axis < 0 ? axis + x.shape.length : axis;
  const { strides } = wholeView(x.shape);
  let start = 0;
  const moves = outputs.map(({ shape }, output) => {
    const from = { offset: start * strides[at], strides };
    start += shape[at];
    return { input: 0, output, from, to: wholeView(shape), extents: shape };
  });
  return bindMoves(context, inputs, moves);
};

/** A box of a tensor that begins where an input says; known beforehand. */
export const bindSliceTf: KernelBinder = (context, _node, inputs, [output]) => {
  const [x, begin] = inputs;
  if (x === undefined || begin?.value === undefined) return undefined;
  const { strides } = wholeView(x.shape);
  const starts = Array.from(begin.value, (value, i) => (value < 0 ? value + x.shape[i] : value));
  const offset = strides.reduce((sum, stride, i) => sum + stride * starts[i], 0);
  const { shape } = output;
  return bindMoves(context, inputs, [
    { input: 0, output: 0, from: { offset, strides }, to: wholeView(shape), extents: shape },
  ]);
};
