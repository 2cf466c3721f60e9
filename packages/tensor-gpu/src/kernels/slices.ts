import {
  type CropAttributes,
  cropView,
  elementCount,
  partViews,
  type SliceAttributes,
  type StridedSliceAttributes,
  stridedSliceView,
  wholeView,
  writtenView,
} from '@mnnquant/graph';
import type { KernelBinder } from './context.ts';
import { composed } from './moves/compose.ts';
import { fromFirst } from './moves/move.ts';
import { strided } from './moves/strided.ts';

/** Parts of a tensor along an axis, one after the other. */
export const bindSlice: KernelBinder = ({ device }, node, [x], outputs) => {
  if (x === undefined) return undefined;
  const { axis } = node.attributes as SliceAttributes;
  const sizes = outputs.map(({ shape }) => shape.at(axis)!);
  return fromFirst(partViews(x.shape, axis, sizes).map((part) => strided(device, part)));
};

/** A box of a tensor that begins where the second input says. */
export const bindSliceTf: KernelBinder = ({ device }, _node, [x, begin], [{ shape }]) => {
  if (x === undefined || begin?.value === undefined) return undefined;
  const { strides } = wholeView(x.shape);
  const starts = Array.from(begin.value, Number);
  const offset = strides.reduce((sum, stride, axis) => {
    const start = starts[axis];
    return sum + (start < 0 ? start + x.shape[axis] : start) * stride;
  }, 0);
  return fromFirst([strided(device, { offset, strides, extents: shape })]);
};

/** A slice whose bounds are known, or a tensor with other numbers there. */
export const bindStridedSlice: KernelBinder = (context, node, inputs, [y]) => {
  const attributes = node.attributes as StridedSliceAttributes;
  const [x, ...others] = inputs;
  const values = attributes.writes ? others.pop() : undefined;
  if (x === undefined || others.some((input) => input !== undefined && input.value === undefined))
    return undefined;
  const slice = stridedSliceView(attributes, inputs);
  if (!attributes.writes) return fromFirst([strided(context.device, slice)]);
  if (values === undefined) return undefined;
  const whole = { source: 0, from: wholeView(x.shape), to: wholeView(x.shape), extents: x.shape };
  const from = writtenView(attributes, inputs);
  const written = { source: 1, from, to: slice, extents: slice.extents };
  const role = `values at ${slice.offset} [${slice.strides}] [${slice.extents}] from [${from.strides}]`;
  const counts = [elementCount(x.shape), elementCount(values.shape)];
  const compose = composed(context, node, role, counts, [whole, written], elementCount(y.shape));
  return compose && (async (arrays) => [await compose([arrays[0]!, arrays.at(-1)!])]);
};

/** The part of a tensor that stays. */
export const bindCrop: KernelBinder = ({ device }, node, [x], [{ shape }]) => {
  if (x === undefined) return undefined;
  const view = cropView(node.attributes as CropAttributes, x.shape);
  return fromFirst([strided(device, { ...view, extents: shape })]);
};
