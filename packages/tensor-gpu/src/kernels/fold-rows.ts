import { type GpuArray, view } from '../device/gpu-array.ts';
import type { GpuDevice } from '../device/gpu-device.ts';
import { FOLD_BLOCK, type Fold } from './folds.ts';
import { type Rows, releasing } from './support.ts';
import { GROUP_SIDE, MOST_PLANES, partsOf } from './threads.ts';

/** Values that one thread takes: fewer are not worth a run more, and more would make a sum inexact. */
const LEAST_TURNS = 64;
const MOST_TURNS = 1024;

/** Threads that keep a device busy. */
const ENOUGH_THREADS = 8192;

export interface FoldInput {
  readonly x: GpuArray;
  readonly rows: Rows;
  /** One value for each result. */
  readonly centres?: GpuArray;
  /** What the terms of a sum are multiplied with: 1 / count for a mean. */
  readonly factor?: number;
}

/** Whether rows of this kind can be folded: their indices are exact and their threads no more than there can be. */
export function canFold({ outer, count, inner }: Rows): boolean {
  if (inner === 1) return partsOf(outer) !== undefined;
  return outer <= MOST_PLANES && outer * count < 2 ** 24 && partsOf(inner) !== undefined;
}

/**
 * Each row's values as one: x [outer, count, inner] → y [outer, inner]. Long rows are folded in parts by threads of their
 * own, whose results are folded in turn.
 */
export async function foldRows(device: GpuDevice, fold: Fold, input: FoldInput): Promise<GpuArray> {
  const { rows } = input;
  const turns = turnsFor(rows);
  const parts = Math.ceil(rows.count / turns);
  const x = await foldOnce(device, fold, input, turns);
  if (parts === 1) return x;
  const left = { ...(rows.inner === 1 ? sides(rows.outer) : rows), count: parts };
  return releasing([x], () => foldRows(device, fold.further ?? fold, { x, rows: left }));
}

/**
 * Values for each thread: few enough that the device is busy, and that no group of threads has one column only, of which
 * it would do an eighth; but no fewer than are worth another run.
 */
function turnsFor({ outer, count, inner }: Rows): number {
  if (count <= LEAST_TURNS) return count;
  const keepingBusy = Math.ceil((count * outer * inner) / ENOUGH_THREADS);
  const turns = Math.min(MOST_TURNS, Math.max(LEAST_TURNS, keepingBusy), count);
  const inGroups = inner < GROUP_SIDE ? Math.min(turns, Math.ceil(count / GROUP_SIDE)) : turns;
  // Parts of an outer row count as planes, of which there are not that many.
  const least = inner === 1 ? 1 : Math.ceil(count / Math.floor(MOST_PLANES / outer));
  return Math.max(least, inGroups);
}

function foldOnce(
  device: GpuDevice,
  fold: Fold,
  { x, rows: { outer, count, inner }, centres = x, factor = 1 }: FoldInput,
  turns: number,
): Promise<GpuArray> {
  const parts = Math.ceil(count / turns);
  const { start } = fold;
  const numbers = { count, parts, blocks: Math.ceil(turns / FOLD_BLOCK), start, factor };
  if (inner === 1) {
    const { outer: planes, inner: width } = sides(outer);
    const arrays = { x: view(x, count, width, planes), centres: view(centres, width, 1, planes) };
    return device.run(fold.rows, { ...arrays, ...numbers }, [width, parts, planes]);
  }
  const height = partsOf(inner, GROUP_SIDE)!;
  const width = inner / height;
  const arrays = { x: view(x, width, height, outer * count), centres: view(centres, width, height, outer) };
  return device.run(fold.planes, { ...arrays, ...numbers }, [width, height, outer * parts]);
}

/** Many results in planes of as many as there can be threads along x. */
function sides(results: number): { readonly outer: number; readonly inner: number } {
  const outer = partsOf(results)!;
  return { outer, inner: results / outer };
}
