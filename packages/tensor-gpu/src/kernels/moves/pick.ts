import type { GraphNode } from '@mnnquant/graph';
import { flat, view } from '../../device/gpu-array.ts';
import { program } from '../../device/program.ts';
import type { KernelContext } from '../context.ts';
import { occupancy } from '../threads.ts';
import { inTurn, type Move, stay } from './move.ts';

/** y[i] = x[places[i]], or `outside` where the place is negative. */
const PICK = program({
  name: 'pick',
  rank: 1,
  parameters: { x: 'array', places: 'array', outside: 'number' },
  body: `
    const place = places[this.thread.x];
    let value = outside;
    if (place >= 0.0) value = x[place];
    return value;`,
});

/** The same for each dimension by itself: y[k][j][i] = x[planes[k]][rows[j]][columns[i]]. */
const PICK_BOX = program({
  name: 'pick box',
  rank: 3,
  parameters: { x: 'array', columns: 'array', rows: 'array', planes: 'array', outside: 'number' },
  body: `
    const column = columns[this.thread.x];
    const row = rows[this.thread.y];
    const plane = planes[this.thread.z];
    let value = outside;
    if (column >= 0.0 && row >= 0.0 && plane >= 0.0) value = x[plane][row][column];
    return value;`,
});

/** Places are float32 numbers: exact up to here. */
const MOST_PLACES = 2 ** 24;

/** Longest inner part of an axis that is walked as two. */
const LONGEST_INNER = 1024;

/** Places in an array, one for each element of the output; negative for none. */
export interface Places {
  /** Tells them from all others of the node, also for other shapes. */
  readonly role: string;
  readonly count: number;
  make(): Float32Array;
}

/** Numbers as places; where they are many, their role is a long one. */
export function placesOf(numbers: ArrayLike<number>): Places {
  const places = Float32Array.from(numbers);
  return { role: `places ${places.join()}`, count: places.length, make: () => places };
}

/** Picks elements of an array of `extent`; `undefined` for one that is too large to count in float32. */
export function picked(
  { device, constants }: KernelContext,
  node: GraphNode,
  extent: number,
  places: Places,
  outside = 0,
): Move | undefined {
  if (extent > MOST_PLACES) return undefined;
  return async (x) => {
    const table = await constants.get(node, places.role, () => places.make());
    return device.run(PICK, { x: flat(x), places: flat(table), outside }, [places.count]);
  };
}

/** What is taken of an axis of `extent` elements. */
export interface PickedAxis {
  readonly extent: number;
  /** Absent: all, as they are. */
  readonly places?: Places | undefined;
}

/**
 * Picks elements along each axis of a dense array. `undefined` where the threads cannot be arranged.
 *
 * @param outside the value where a place is negative
 */
export function pickedAxes(
  context: KernelContext,
  node: GraphNode,
  all: readonly PickedAxis[],
  outside = 0,
): Move | undefined {
  const axes = mergedPicks(all);
  if (axes.every(({ places }) => places === undefined)) return stay;
  if (axes.length === 1) return picked(context, node, axes[0].extent, axes[0].places!, outside);
  if (axes.some(({ extent, places }) => places !== undefined && extent > MOST_PLACES)) return undefined;
  if (axes.length > 3) return inTwoPasses(context, node, axes, outside);
  const box = arranged(axes);
  if (box === undefined) return undefined;
  const [x, y, z] = box;
  const { device, constants } = context;
  return async (source) => {
    const tables = [];
    for (const { role, make } of box.map(tableOf)) tables.push(flat(await constants.get(node, role, make)));
    const [columns, rows, planes] = tables;
    const values = view(source, x.extent, y.extent, z.extent);
    return device.run(PICK_BOX, { x: values, columns, rows, planes, outside }, threadsOf(box));
  };
}

/** Axes that stay as they are, joined where they are neighbours. */
function mergedPicks(all: readonly PickedAxis[]): PickedAxis[] {
  const axes: PickedAxis[] = [];
  for (const axis of all) {
    const last = axes.at(-1);
    if (axis.places === undefined && axis.extent === 1) continue;
    if (axis.places === undefined && last !== undefined && last.places === undefined)
      axes[axes.length - 1] = { extent: last.extent * axis.extent };
    else axes.push(axis);
  }
  return axes;
}

/** The last axis first, so that there are fewer for the others. */
function inTwoPasses(
  context: KernelContext,
  node: GraphNode,
  axes: readonly PickedAxis[],
  outside: number,
): Move | undefined {
  const last = axes.findLastIndex(({ places }) => places !== undefined);
  const one = axes.map((axis, i) => (i === last ? axis : { extent: axis.extent }));
  const others = axes.map((axis, i) => (i === last ? { extent: axis.places!.count } : axis));
  const first = pickedAxes(context, node, one, outside);
  const second = pickedAxes(context, node, others, outside);
  return first && second && inTurn(first, second);
}

type Box = readonly [x: PickedAxis, y: PickedAxis, z: PickedAxis];

/** Two or three axes for x, y and z; with two, one that stays as it is may be cut in two, or y be left out. */
function arranged(axes: readonly PickedAxis[]): Box | undefined {
  const boxes: Box[] = [boxOf(axes)];
  if (axes.length === 2) {
    boxes.push(boxOf([axes[0], { extent: 1 }, axes[1]]));
    for (const [i, { extent, places }] of axes.entries()) {
      if (places !== undefined) continue;
      for (let inner = Math.min(extent, LONGEST_INNER); inner > 1; inner--) {
        if (extent % inner === 0)
          boxes.push(boxOf(axes.toSpliced(i, 1, { extent: extent / inner }, { extent: inner })));
      }
    }
  }
  const share = (box: Box): number => occupancy(threadsOf(box));
  const best = boxes.reduce((found, box) => (share(box) > share(found) ? box : found));
  return share(best) > 0 ? best : undefined;
}

function boxOf(axes: readonly PickedAxis[]): Box {
  const [x, y, z = { extent: 1 }] = axes.toReversed();
  return [x, y, z];
}

function threadsOf(box: Box): readonly [number, number, number] {
  const [x, y, z] = box.map(({ extent, places }) => places?.count ?? extent);
  return [x, y, z];
}

function tableOf({ extent, places }: PickedAxis): Places {
  return (
    places ?? {
      role: `all of ${extent}`,
      count: extent,
      make: () => Float32Array.from({ length: extent }, (_, i) => i),
    }
  );
}
