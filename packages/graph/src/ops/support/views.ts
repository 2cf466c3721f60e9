import { denseStrides, type View } from './strides.ts';

/** A box of a tensor's elements, read or written as if it were a tensor. */
export interface BoxView extends View {
  readonly extents: readonly number[];
}

/** The whole of a dense tensor. */
export function wholeView(shape: readonly number[]): BoxView {
  return { offset: 0, strides: denseStrides(shape), extents: shape };
}

/** A dense tensor with its dimensions in another order: dimension i of the view is dimension order[i]. */
export function permutedView(shape: readonly number[], order: readonly number[]): BoxView {
  const strides = denseStrides(shape);
  return {
    offset: 0,
    strides: order.map((axis) => strides[axis]),
    extents: order.map((axis) => shape[axis]),
  };
}

/** Parts of a dense tensor that follow each other along an axis, from its start; negative axes count from the end. */
export function partViews(shape: readonly number[], axis: number, sizes: readonly number[]): BoxView[] {
  const at = axis < 0 ? axis + shape.length : axis;
  const strides = denseStrides(shape);
  let start = 0;
  return sizes.map((size) => {
    const offset = start * strides[at];
    start += size;
    return { offset, strides, extents: shape.map((extent, i) => (i === at ? size : extent)) };
  });
}

/** The first slices of a dense tensor along an axis, each without that axis; negative ones count from the end. */
export function layerViews(shape: readonly number[], axis: number, count: number): BoxView[] {
  const at = axis < 0 ? axis + shape.length : axis;
  const dense = denseStrides(shape);
  const strides = dense.filter((_, i) => i !== at);
  const extents = shape.filter((_, i) => i !== at);
  return Array.from({ length: count }, (_, layer) => ({ offset: layer * dense[at], strides, extents }));
}

/**
 * A dense tensor repeated to a larger shape of the same rank, as places to read and to write: two dimensions for each
 * one, that of the repeats first. No extent may be 0.
 */
export function tileViews(
  from: readonly number[],
  to: readonly number[],
): { readonly from: BoxView; readonly to: BoxView } {
  const extents = from.flatMap((extent, axis) => [to[axis] / extent, extent]);
  const [source, target] = [denseStrides(from), denseStrides(to)];
  return {
    from: { offset: 0, strides: source.flatMap((stride) => [0, stride]), extents },
    to: { offset: 0, strides: target.flatMap((stride, axis) => [stride * from[axis], stride]), extents },
  };
}

/** Elements that are moved along one axis, and the steps to the next one in source and target. */
export interface MovedAxis {
  readonly extent: number;
  readonly from: number;
  readonly to: number;
}

/** The axes of a copy: without those of one element, and with those joined that lie side by side in both tensors. */
export function mergedAxes(extents: readonly number[], from: View, to: View): MovedAxis[] {
  const axes: MovedAxis[] = [];
  for (const [i, extent] of extents.entries()) {
    if (extent === 1) continue;
    const axis = { extent, from: from.strides[i], to: to.strides[i] };
    const last = axes.at(-1);
    if (last && last.from === axis.from * extent && last.to === axis.to * extent)
      axes[axes.length - 1] = { ...axis, extent: last.extent * extent };
    else axes.push(axis);
  }
  return axes;
}
