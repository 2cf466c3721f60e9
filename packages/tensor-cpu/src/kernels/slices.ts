import {
  GraphError,
  partViews,
  type StridedSliceAttributes,
  stridedSliceView,
  wholeView,
} from '@mnnquant/graph';
import type { KernelBinder } from '../context.ts';
import { live } from '../tensor.ts';
import { bindMoves } from './boxes.ts';

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
  const sizes = outputs.map(({ shape }) => shape[at]);
  const moves = partViews(x.shape, at, sizes).map((from, output) => {
    return { input: 0, output, from, to: wholeView(from.extents), extents: from.extents };
  });
  return bindMoves(context, inputs, moves);
};

/** A box of a tensor that begins where an input says, which in a loop only the run tells. */
export const bindSliceTf: KernelBinder = (context, node, inputs, [output]) => {
  const [x, begin] = inputs;
  if (x === undefined || begin?.dtype !== 'int32') return undefined;
  const { strides } = wholeView(x.shape);
  const { shape } = output;
  const shift = (starts: ArrayLike<number>): number => {
    let offset = 0;
    for (const [i, stride] of strides.entries()) {
      const start = starts[i] < 0 ? starts[i] + x.shape[i] : starts[i];
      if (start < 0 || start + shape[i] > x.shape[i])
        throw new GraphError(
          `${node.name}: begin ${start} and size ${shape[i]} leave axis ${i} of [${x.shape}]`,
        );
      offset += start * stride;
    }
    return offset;
  };
  const move = { input: 0, output: 0, from: { offset: 0, strides }, to: wholeView(shape), extents: shape };
  return bindMoves(context, inputs, [move], (sources) => {
    const at = live(sources[1]).address >>> 2;
    return shift(context.memory.int32.subarray(at, at + strides.length));
  });
};
