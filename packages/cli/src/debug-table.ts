import cliTruncate from 'cli-truncate';
import type { DebugLayer, DebugReport } from './debug-report.ts';
import { debugPath } from './debug-report.ts';

/** On a terminal the worst layers are shown; the rest is in the file. */
const SHOWN_ROWS = 20;

export interface TableOptions {
  readonly target: string;
  /** Columns of the terminal; `undefined` for a pipe or file, which gets all rows and whole names. */
  readonly columns?: number;
}

/** The layers of a `debug` run, worst first, for a person. */
export function formatDebugTable(
  { layers, samples }: DebugReport,
  { target, columns }: TableOptions,
): string {
  const shown = columns === undefined ? layers : layers.slice(0, SHOWN_ROWS);
  const rows = [HEADER, ...shown.map(cells)];
  const widths = HEADER.map((_, i) => Math.max(...rows.map((row) => (row[i] as string).length)));
  const before = widths.slice(0, -1).reduce((sum, width) => sum + width + GAP.length, GAP.length);
  const room = columns === undefined ? undefined : Math.max(LEAST_NAME, columns - before);
  const rest = layers.length - shown.length;
  const where = rest > 0 ? `${rest} more, all of them in` : 'The same in';
  return [
    `Layers, worst first: int8 against float, over ${samples} ${samples === 1 ? 'sample' : 'samples'}`,
    ...rows.map((row) => line(row, widths, room)),
    `${where} ${debugPath(target)}`,
  ].join('\n');
}

// The name comes last: only there does the length vary without bound, and truncation harm nothing else.
const HEADER = ['cosine', 'overflow', 'clipped', 'runs in', 'type', 'op'];
const RIGHT_ALIGNED = 3;
const GAP = '  ';
/** A name keeps this much even where the line then wraps. */
const LEAST_NAME = 8;

function cells(layer: DebugLayer): string[] {
  const { op, tensorName, type, int8, cosine, overflow, clipped } = layer;
  const name = tensorName === op ? op : `${op} → ${tensorName}`;
  return [
    cosineText(cosine),
    share(overflow),
    share(clipped),
    int8 ? 'int8' : 'float',
    type,
    printable(layer.output ? `${name} (output)` : name),
  ];
}

/** Rounded down: 1.00000 is only shown for what is equal. */
function cosineText(cosine: number): string {
  return Number.isNaN(cosine) ? 'NaN' : (Math.floor(cosine * 1e5) / 1e5).toFixed(5);
}

function share(part: number | undefined): string {
  if (part === undefined) return '–';
  if (part > 0 && part < 0.00005) return '<0.01 %';
  return `${(100 * part).toFixed(2)} %`;
}

/** A name from a file must not steer the terminal. */
function printable(name: string): string {
  return name.replace(/\p{C}/gu, '\u{fffd}');
}

function line(row: readonly string[], widths: readonly number[], room: number | undefined): string {
  const padded = row.map((cell, i) => {
    const width = widths[i] as number;
    if (i === row.length - 1) return room === undefined ? cell : shorten(cell, room);
    return i < RIGHT_ALIGNED ? cell.padStart(width) : cell.padEnd(width);
  });
  return `${GAP}${padded.join(GAP)}`;
}

/** Keeps both ends of a name, which tell most about it. */
function shorten(name: string, room: number): string {
  return cliTruncate(name, room, { position: 'middle' });
}
