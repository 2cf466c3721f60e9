import { elementCount, type GatherAttributes } from '@mnnquant/graph';
import type { KernelBinder } from './context.ts';
import { fromFirst } from './moves/move.ts';
import { pickedAxes, placesOf } from './moves/pick.ts';

/** Slices picked by known indices; one outside of the axis gives zeros. */
export const bindGather: KernelBinder = (context, node, [x, indices, third]) => {
  if (x === undefined || indices?.value === undefined) return undefined;
  if (third !== undefined && third.value === undefined) return undefined;
  const axis = (node.attributes as GatherAttributes).axis ?? Number(third?.value?.[0] ?? 0);
  const at = axis < 0 ? axis + x.shape.length : axis;
  const extent = x.shape[at];
  const places = Float32Array.from(indices.value, (index) => (index < extent ? index : -1));
  const axes = [
    { extent: elementCount(x.shape.slice(0, at)) },
    { extent, places: placesOf(places) },
    { extent: elementCount(x.shape.slice(at + 1)) },
  ];
  return fromFirst([pickedAxes(context, node, axes)]);
};
