import {
  elementCount,
  flatPositions,
  type GraphNode,
  positionsAlong,
  type ScatterAttributes,
  type TensorDesc,
} from '@mnnquant/graph';
import type { GpuKernel, KernelBinder, KernelContext } from './context.ts';
import { throughJoin } from './moves/compose.ts';
import { joined } from './moves/join.ts';
import { fromFirst } from './moves/move.ts';
import { pickedAxes, placesOf } from './moves/pick.ts';

/** Slices put to known places of a tensor, or of one number; what joins them with what is there runs the reference. */
export const bindScatterNd: KernelBinder = (context, node, [indices, updates, , start], [y]) => {
  const { reduction } = node.attributes as ScatterAttributes;
  const width = indices?.shape.at(-1) ?? 0;
  if (reduction >= 0 || indices?.value === undefined || updates === undefined || width === 0)
    return undefined;
  const size = elementCount(y.shape.slice(width));
  const positions = flatPositions(indices.value, width, y.shape);
  const rows = { count: elementCount(y.shape) / size, size };
  if (start !== undefined && start.shape.length > 0) {
    const put = intoTensor(context, node, rows, positions);
    return put && (([, values, , whole]) => put([whole, values]));
  }
  if (start !== undefined && start.value === undefined) return undefined;
  const [fill] = start?.value ?? [0];
  const places = new Float32Array(rows.count).fill(-1);
  putRows(places, positions, rows, 0);
  const axes = [{ extent: positions.length, places: placesOf(places) }, { extent: size }];
  const kernel = fromFirst([pickedAxes(context, node, axes, Number(fill))]);
  return kernel && (([, values]) => kernel([values]));
};

/** Numbers put to known places of a tensor. */
export const bindScatterElements: KernelBinder = (context, node, [x, indices, updates, third]) => {
  const { reduction } = node.attributes as ScatterAttributes;
  if (reduction >= 0 || x === undefined || indices?.value === undefined || updates === undefined)
    return undefined;
  const axis = axisOf(third, x.shape.length);
  if (axis === undefined) return undefined;
  const positions = positionsAlong({ shape: indices.shape, data: indices.value }, axis, x.shape);
  const put = intoTensor(context, node, { count: elementCount(x.shape), size: 1 }, positions);
  return put && (([whole, , values]) => put([whole, values]));
};

function axisOf(input: TensorDesc | undefined, rank: number): number | undefined {
  if (input !== undefined && input.value === undefined) return undefined;
  const axis = Number(input?.value?.[0] ?? 0);
  return axis < 0 ? axis + rank : axis;
}

interface Rows {
  readonly count: number;
  readonly size: number;
}

/** A kernel of the tensor and the rows to put into it: each row is one of the tensor's or the last that was put there. */
function intoTensor(
  context: KernelContext,
  node: GraphNode,
  { count, size }: Rows,
  positions: Int32Array,
): GpuKernel | undefined {
  const join = joined(context.device, 1, [count * size, positions.length * size]);
  const places = Float32Array.from({ length: count }, (_, row) => row);
  putRows(places, positions, { count, size }, count);
  const axes = [{ extent: count + positions.length, places: placesOf(places) }, { extent: size }];
  const put = throughJoin(join, pickedAxes(context, node, axes));
  return put && (async ([whole, rows]) => [await put([whole!, rows!])]);
}

/** Notes the rows that are put at these positions, which count in elements; those outside are passed over. */
function putRows(places: Float32Array, positions: Int32Array, { count, size }: Rows, first: number): void {
  for (const [k, position] of positions.entries()) {
    const row = position / size;
    if (row >= 0 && row < count) places[row] = first + k;
  }
}
