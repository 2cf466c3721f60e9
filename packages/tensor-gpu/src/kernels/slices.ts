import {
  type CropAttributes,
  cropView,
  partViews,
  type SliceAttributes,
  type StridedSliceAttributes,
  stridedSliceView,
  wholeView,
} from '@mnnquant/graph';
import type { KernelBinder } from './context.ts';
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

/** A slice whose bounds are known; writing into one is left to the reference. */
export const bindStridedSlice: KernelBinder = ({ device }, node, inputs) => {
  const attributes = node.attributes as StridedSliceAttributes;
  const isKnown = inputs.slice(1).every((input) => input === undefined || input.value !== undefined);
  if (attributes.writes || !isKnown) return undefined;
  return fromFirst([strided(device, stridedSliceView(attributes, inputs))]);
};

/** The part of a tensor that stays. */
export const bindCrop: KernelBinder = ({ device }, node, [x], [{ shape }]) => {
  if (x === undefined) return undefined;
  const view = cropView(node.attributes as CropAttributes, x.shape);
  return fromFirst([strided(device, { ...view, extents: shape })]);
};
