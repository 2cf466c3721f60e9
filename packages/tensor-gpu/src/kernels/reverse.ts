import { wholeView } from '@mnnquant/graph';
import type { KernelBinder } from './context.ts';
import { fromFirst } from './moves/move.ts';
import { strided } from './moves/strided.ts';

/** The slices along an axis in the opposite order. */
export const bindReverse: KernelBinder = ({ device }, _node, [x, axis]) => {
  if (x === undefined || axis?.value === undefined) return undefined;
  const given = Number(axis.value[0]);
  const at = given < 0 ? given + x.shape.length : given;
  const { strides, extents } = wholeView(x.shape);
  const offset = (extents[at] - 1) * strides[at];
  const backwards = strides.map((stride, i) => (i === at ? -stride : stride));
  return fromFirst([strided(device, { offset, strides: backwards, extents })]);
};
