import stringWidth from 'string-width';
import type { DebugLayer, DebugReport } from './debug-report.ts';
import { debugPath } from './model-files.ts';
import { printableName } from './printable.ts';
import { shorten } from './terminal-text.ts';

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
  const rest = layers.length - shown.length;
  return [
    `Layers, worst first: cosine similarity to float (1 is equal), mean of ${samples} ${samples === 1 ? 'sample' : 'samples'}`,
    ...table(shown, severalTensors(layers), columns),
    `${rest > 0 ? `${rest} more, all of them in` : 'The same in'} ${debugPath(target)}`,
  ].join('\n');
}

// The name comes last: only its length has no bound, and there shortening it moves nothing else.
const HEADER = ['cosine', 'overflow', 'clipped', 'runs in', 'type', 'op'];
const RIGHT_ALIGNED = 3;
const TYPE = 4;
const GAP = '  ';
/** A name keeps this much even where the line then wraps. */
const LEAST_NAME = 8;

function table(
  layers: readonly DebugLayer[],
  several: ReadonlySet<string>,
  columns = Number.POSITIVE_INFINITY,
): string[] {
  const rows = [HEADER, ...layers.map((layer) => cells(layer, several))];
  const longest = Math.max(...rows.map((row) => stringWidth(row.at(-1) as string)));
  // Whole names are worth more than types: they are what `skip_quant_op_names` wants.
  const fitting =
    columnsBeforeName(rows) + longest <= columns ? rows : rows.map((row) => row.toSpliced(TYPE, 1));
  const room = Math.max(LEAST_NAME, columns - columnsBeforeName(fitting));
  const widths = widthsOf(fitting);
  return fitting.map((row) => line(row, widths, room));
}

/** Columns that everything before the name takes. */
function columnsBeforeName(rows: readonly (readonly string[])[]): number {
  return widthsOf(rows).reduce((sum, width) => sum + width + GAP.length, GAP.length);
}

function widthsOf(rows: readonly (readonly string[])[]): number[] {
  const [header = []] = rows;
  return header.slice(0, -1).map((_, i) => Math.max(...rows.map((row) => (row[i] as string).length)));
}

/** Names of ops that have more than one row. */
function severalTensors(layers: readonly DebugLayer[]): Set<string> {
  const seen = new Set<string>();
  const several = new Set<string>();
  for (const { op } of layers) (seen.has(op) ? several : seen).add(op);
  return several;
}

function cells(layer: DebugLayer, several: ReadonlySet<string>): string[] {
  const { op, tensorName, type, int8, cosine, overflow, clipped } = layer;
  const name = several.has(op) ? `${op} → ${tensorName}` : op;
  return [
    cosineText(cosine),
    share(overflow),
    share(clipped),
    int8 ? 'int8' : 'float',
    type,
    printableName(layer.output ? `${name} (output)` : name),
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

function line(row: readonly string[], widths: readonly number[], room: number): string {
  const padded = widths.map((width, i) => {
    const cell = row[i] as string;
    return i < RIGHT_ALIGNED ? cell.padStart(width) : cell.padEnd(width);
  });
  const name = row.at(-1) as string;
  return `${GAP}${[...padded, shorten(name, room)].join(GAP)}`;
}
