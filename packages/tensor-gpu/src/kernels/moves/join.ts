import { type Extents, type GpuArray, view } from '../../device/gpu-array.ts';
import type { GpuDevice } from '../../device/gpu-device.ts';
import { type ParameterKind, type Program, program } from '../../device/program.ts';
import { innerPart, occupancy } from '../threads.ts';

/** Arrays that one program joins: one less than every device reads. */
const MOST_PARTS = 6;

/** Where arrays lie side by side: along a single line of threads, or along x or y of them. */
type Direction = 'line' | 'x' | 'y';

/** The k-th array begins at `start<k>` of the output. */
function joinProgram(parts: number, along: Direction): Program {
  const parameters: Record<string, ParameterKind> = {};
  for (let k = 0; k < parts; k++) parameters[`part${k}`] = 'array';
  for (let k = 1; k < parts; k++) parameters[`start${k}`] = 'integer';
  const thread = along === 'y' ? 'this.thread.y' : 'this.thread.x';
  const read = (k: number): string => {
    const at = k === 0 ? thread : `${thread} - start${k}`;
    if (along === 'line') return `part${k}[${at}]`;
    return `part${k}[this.thread.z]${along === 'x' ? `[this.thread.y][${at}]` : `[${at}][this.thread.x]`}`;
  };
  const choices = Array.from(
    { length: parts - 1 },
    (_, k) => `if (${thread} < start${k + 1}) return ${read(k)};`,
  );
  const body = [...choices, `return ${read(parts - 1)};`].join('\n');
  return program({ name: `join ${parts} along ${along}`, rank: along === 'line' ? 1 : 3, parameters, body });
}

/** By the number of arrays. */
function joinPrograms(along: Direction): ReadonlyMap<number, Program> {
  const counts = Array.from({ length: MOST_PARTS - 1 }, (_, i) => i + 2);
  return new Map(counts.map((parts) => [parts, joinProgram(parts, along)]));
}

const JOINS: Readonly<Record<Direction, ReadonlyMap<number, Program>>> = {
  line: joinPrograms('line'),
  x: joinPrograms('x'),
  y: joinPrograms('y'),
};

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
  const last = joined(device, rows, groups.map(total));
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
  const layout = rows === 1 ? alongLine(widths) : acrossRows(rows, widths);
  if (layout === undefined) return undefined;
  const { along, sizes, threads } = layout;
  const definition = JOINS[along].get(widths.length)!;
  const [x, y = 1, z = 1] = threads;
  const starts: Record<string, number> = {};
  let start = 0;
  for (const [k, size] of sizes.entries()) {
    if (k > 0) starts[`start${k}`] = start;
    start += size;
  }
  return (parts) => {
    const views = parts.map((part, k) => [
      `part${k}`,
      along === 'y' ? view(part, x, sizes[k], z) : view(part, sizes[k], y, z),
    ]);
    return device.run(definition, { ...Object.fromEntries(views), ...starts }, threads);
  };
}

interface Layout {
  readonly along: Direction;
  /** Of each part, in that direction. */
  readonly sizes: readonly number[];
  readonly threads: Extents;
}

function alongLine(widths: readonly number[]): Layout {
  return { along: 'line', sizes: widths, threads: [total(widths)] };
}

/** Rows as lines, or as planes whose lines have a length that all parts have in common. */
function acrossRows(rows: number, widths: readonly number[]): Layout | undefined {
  const common = widths.reduce(greatestCommonDivisor);
  const columns = innerPart(common) ?? common;
  const sizes = widths.map((width) => width / columns);
  const planes: Layout = { along: 'y', sizes, threads: [columns, total(sizes), rows] };
  const lines = innerPart(rows) ?? rows;
  const wide: Layout = { along: 'x', sizes: widths, threads: [total(widths), lines, rows / lines] };
  const best = occupancy(planes.threads) > occupancy(wide.threads) ? planes : wide;
  return occupancy(best.threads) > 0 ? best : undefined;
}

function total(sizes: readonly number[]): number {
  return sizes.reduce((sum, size) => sum + size, 0);
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
