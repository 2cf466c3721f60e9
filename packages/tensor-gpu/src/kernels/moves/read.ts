import { type BoxView, denseStrides, type View } from '@mnnquant/graph';

/**
 * A copy between two boxes as a view of the source in the order in which it is written; `undefined` where it does not fill
 * a dense tensor of `count` elements.
 */
export function readInOrder(
  extents: readonly number[],
  from: View,
  to: View,
  count: number,
): BoxView | undefined {
  const axes = extents
    .map((extent, i) => ({ extent, from: from.strides[i], to: to.strides[i] }))
    .filter(({ extent }) => extent > 1)
    .sort((a, b) => b.to - a.to);
  const inOrder = axes.map(({ extent }) => extent);
  const dense = denseStrides(inOrder);
  const isDense = axes.every((axis, i) => axis.to === dense[i]);
  if (to.offset !== 0 || !isDense || inOrder.reduce((product, extent) => product * extent, 1) !== count)
    return undefined;
  return { offset: from.offset, strides: axes.map((axis) => axis.from), extents: inOrder };
}
