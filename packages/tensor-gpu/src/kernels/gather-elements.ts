import { elementCount, positionsAlong } from '@mnnquant/graph';
import type { KernelBinder } from './context.ts';
import { fromFirst } from './moves/move.ts';
import { picked, placesOf } from './moves/pick.ts';

/** Numbers picked along an axis by known indices; what lies outside of x gives 0. */
export const bindGatherElements: KernelBinder = (context, node, [x, indices, third]) => {
  if (x === undefined || indices?.value === undefined) return undefined;
  if (third !== undefined && third.value === undefined) return undefined;
  const axis = Number(third?.value?.[0] ?? 0);
  const at = axis < 0 ? axis + x.shape.length : axis;
  const count = elementCount(x.shape);
  const positions = positionsAlong({ shape: indices.shape, data: indices.value }, at, x.shape);
  const places = Float32Array.from(positions, (position) => (position < count ? position : -1));
  return fromFirst([picked(context, node, count, placesOf(places))]);
};
