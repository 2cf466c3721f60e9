import { type GpuArray, view } from '../../device/gpu-array.ts';
import type { GpuDevice } from '../../device/gpu-device.ts';
import { type Parameters, type Program, program } from '../../device/program.ts';
import { innerPart, occupancy } from './threads.ts';

/** Arrays that one program joins: one less than every device reads. */
const MOST_PARTS = 6;

type Direction = 'x' | 'y';

/** Arrays side by side along x or y of the threads; the k-th one begins at `start<k>`. */
function joinProgram(parts: number, along: Direction): Program {
  const parameters: Record<string, Parameters[string]> = {};
  for (let k = 0; k < parts; k++) parameters[`part${k}`] = 'array';
  for (let k = 1; k < parts; k++) parameters[`start${k}`] = 'integer';
  const read = (k: number): string => {
    const at = k === 0 ? `this.thread.${along}` : `this.thread.${along} - start${k}`;
    return `part${k}[this.thread.z]${along === 'x' ? `[this.thread.y][${at}]` : `[${at}][this.thread.x]`}`;
  };
  const choices = Array.from(
    { length: parts - 1 },
    (_, k) => `if (this.thread.${along} < start${k + 1}) return ${read(k)};`,
  );
  const body = [...choices, `return ${read(parts - 1)};`].join('\n');
  return program({ name: `join ${parts} along ${along}`, rank: 3, parameters, body });
}

/** By the number of arrays. */
function joinPrograms(along: Direction): ReadonlyMap<number, Program> {
  const counts = Array.from({ length: MOST_PARTS - 1 }, (_, i) => i + 2);
  return new Map(counts.map((parts) => [parts, joinProgram(parts, along)]));
}

const JOINS = { x: joinPrograms('x'), y: joinPrograms('y') } as const;

/** Makes one array of several that are only lent. */
export type Join = (parts: readonly GpuArray[]) => Promise<GpuArray>;

/**
 * Joins rows: part k [rows, widths[k]] → [rows, sum of widths]. More arrays than a program reads are joined in groups.
 * `undefined` where the threads cannot be arranged.
 */
export function joined(device: GpuDevice, rows: number, widths: readonly number[]): Join | undefined {
  if (widths.length === 1) return async ([part]) => part.retain();
  if (widths.length <= MOST_PARTS) return joinedAtOnce(device, rows, widths);
  const size = Math.ceil(widths.length / Math.ceil(widths.length / MOST_PARTS));
  const starts = Array.from({ length: Math.ceil(widths.length / size) }, (_, i) => i * size);
  const groups = starts.map((start) => widths.slice(start, start + size));
  const joins = groups.map((group) => joined(device, rows, group));
  const last = joined(
    device,
    rows,
    groups.map((group) => group.reduce((sum, width) => sum + width, 0)),
  );
  if (last === undefined || !joins.every((join) => join !== undefined)) return undefined;
  return async (parts) => {
    const between: GpuArray[] = [];
    try {
      for (const [i, join] of joins.entries())
        between.push(await join(parts.slice(starts[i], starts[i] + groups[i].length)));
      return await last(between);
    } finally {
      for (const array of between) array.release();
    }
  };
}

function joinedAtOnce(device: GpuDevice, rows: number, widths: readonly number[]): Join | undefined {
  const layout = [alongY(rows, widths), alongX(rows, widths)]
    .filter(({ threads }) => occupancy(threads) > 0)
    .sort((a, b) => occupancy(b.threads) - occupancy(a.threads))[0];
  if (layout === undefined) return undefined;
  const { along, sizes, threads } = layout;
  const definition = JOINS[along].get(widths.length)!;
  const [x, y, z] = threads;
  let start = 0;
  const starts: Record<string, number> = {};
  for (const [k, size] of sizes.entries()) {
    if (k > 0) starts[`start${k}`] = start;
    start += size;
  }
  return (parts) => {
    const views = parts.map((part, k) => [
      `part${k}`,
      along === 'x' ? view(part, sizes[k], y, z) : view(part, x, sizes[k], z),
    ]);
    return device.run(definition, { ...Object.fromEntries(views), ...starts }, threads);
  };
}

interface Layout {
  readonly along: Direction;
  /** Of each part, along x or y. */
  readonly sizes: readonly number[];
  readonly threads: readonly [number, number, number];
}

/** Rows as planes whose lines all parts have in common. */
function alongY(rows: number, widths: readonly number[]): Layout {
  const common = widths.reduce(greatestCommonDivisor);
  const columns = innerPart(common) ?? common;
  const sizes = widths.map((width) => width / columns);
  const lines = sizes.reduce((sum, size) => sum + size, 0);
  return { along: 'y', sizes, threads: [columns, lines, rows] };
}

/** Rows as lines. */
function alongX(rows: number, widths: readonly number[]): Layout {
  const total = widths.reduce((sum, width) => sum + width, 0);
  const lines = innerPart(rows) ?? rows;
  return { along: 'x', sizes: widths, threads: [total, lines, rows / lines] };
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
