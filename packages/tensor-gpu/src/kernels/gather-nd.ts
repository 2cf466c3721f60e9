import { elementCount, flatPositions, type GatherNdAttributes } from '@mnnquant/graph';
import type { KernelBinder } from './context.ts';
import { fromFirst } from './moves/move.ts';
import { pickedAxes, placesOf } from './moves/pick.ts';

/** Slices picked by known coordinates; what lies outside of x gives 0. */
export const bindGatherNd: KernelBinder = (context, node, [x, indices]) => {
  if (x === undefined || indices?.value === undefined) return undefined;
  const { batchDimensions: batch } = node.attributes as GatherNdAttributes;
  const width = indices.shape.at(-1)!;
  if (width === 0) return undefined;
  const size = elementCount(x.shape.slice(width + batch));
  const rows = elementCount(x.shape) / size;
  const positions = flatPositions(indices.value, width, x.shape.slice(batch));
  const places = Float32Array.from(positions, (position) => (position / size < rows ? position / size : -1));
  return fromFirst([
    pickedAxes(context, node, [{ extent: rows, places: placesOf(places) }, { extent: size }]),
  ]);
};
