import stringWidth from 'string-width';
import { printable, shorten } from '../terminal-text.ts';
import type { InspectedOp, Inspection } from './inspection.ts';
import { amount, shapeText } from './number-text.ts';

interface Column {
  readonly title: string;
  readonly right?: true;
  /** The lower, the earlier it goes where a terminal is too narrow; without, it stays. */
  readonly worth?: number;
  text(op: InspectedOp): string;
}

/** The name comes last: only its length has no bound, and there shortening it moves nothing else. */
const COLUMNS: readonly Column[] = [
  { title: 'type', worth: 3, text: ({ type }) => type },
  {
    title: 'shape',
    text: ({ outputs }) => outputs.map(({ shape }) => (shape ? shapeText(shape) : '?')).join(' '),
  },
  { title: 'mul-adds', right: true, text: ({ multiplyAdds }) => (multiplyAdds ? amount(multiplyAdds) : '') },
  {
    title: 'params',
    right: true,
    worth: 2,
    text: ({ parameters }) => (parameters > 0 ? amount(parameters) : ''),
  },
  { title: 'weights', worth: 0, text: ({ weights }) => weights?.storage ?? '' },
  { title: 'runs in', text: ({ runs }) => runs ?? '' },
  { title: 'scale', worth: 1, text: scales },
];

/** A name keeps this much; columns go before it gets less. */
const LEAST_NAME = 20;
const GAP = '  ';
const INDENT = '  ';

/**
 * The ops in the order in which they run, those of subgraphs below the op that runs them.
 *
 * @param columns of the terminal; `undefined` for a pipe or file, which gets all columns and whole names
 */
export function formatTree(found: Inspection, columns?: number): string {
  const rows = treeRows(found);
  const used = COLUMNS.filter((column) => rows.some(({ op }) => op !== undefined && column.text(op) !== ''));
  const names = rows.map(({ name }) => stringWidth(name));
  const longest = Math.max(4, ...names);
  const shown = fitting(used, rows, longest, columns);
  const widths = shown.map((column) => widthOf(column, rows));
  const room =
    columns === undefined ? Number.POSITIVE_INFINITY : Math.max(LEAST_NAME, columns - total(widths));
  const header = line(
    shown,
    widths,
    shown.map(({ title }) => title),
    'op',
  );
  const lines = rows.map(({ op, name }) => {
    // What begins a subgraph has no numbers of its own.
    if (op === undefined) return shorten(name, columns ?? Number.POSITIVE_INFINITY);
    const cells = shown.map((column) => column.text(op));
    return line(shown, widths, cells, shorten(name, room));
  });
  const gone = used.filter((column) => !shown.includes(column)).map(({ title }) => title);
  const note = gone.length > 0 ? [`(too narrow for: ${gone.join(', ')})`] : [];
  return [header, ...lines, ...note].map((text) => text.trimEnd()).join('\n');
}

interface Row {
  readonly op?: InspectedOp;
  readonly name: string;
}

function treeRows({ ops, subgraphs }: Inspection): Row[] {
  const open = new Set<string>();
  const rowsOf = (list: readonly InspectedOp[], depth: number): Row[] =>
    list.flatMap((op) => [
      { op, name: `${INDENT.repeat(depth)}${printable(op.name)}` },
      ...(op.subgraphs ?? []).flatMap((name) => inside(name, depth + 1)),
    ]);
  const listed = new Set<string>();
  const inside = (name: string, depth: number): Row[] => {
    const found = subgraphs.find((subgraph) => subgraph.name === name);
    const title = { name: `${INDENT.repeat(depth)}subgraph ${printable(name)}` };
    // A damaged file may let a subgraph run itself.
    if (found === undefined || open.has(name)) return [title];
    open.add(name);
    listed.add(name);
    const rows = [title, ...rowsOf(found.ops, depth + 1)];
    open.delete(name);
    return rows;
  };
  const called = rowsOf(ops, 0);
  const others = subgraphs.filter(({ name }) => !listed.has(name)).flatMap(({ name }) => inside(name, 0));
  return [...called, ...others];
}

function scales({ outputs }: InspectedOp): string {
  return outputs
    .filter(({ scale }) => scale !== undefined)
    .map(({ scale, zeroPoint }) => `${scale!.toPrecision(4)}${zeroPoint ? ` @ ${zeroPoint}` : ''}`)
    .join(' ');
}

/** Whole names are worth more than most columns: they are what `skip_quant_op_names` wants. */
function fitting(
  used: readonly Column[],
  rows: readonly Row[],
  longest: number,
  columns: number | undefined,
): readonly Column[] {
  let shown = used;
  const needed = Math.min(longest, LEAST_NAME);
  const byWorth = used.filter(({ worth }) => worth !== undefined).sort((a, b) => a.worth! - b.worth!);
  for (const least of byWorth) {
    if (columns === undefined || total(shown.map((column) => widthOf(column, rows))) + needed <= columns)
      break;
    shown = shown.filter((column) => column !== least);
  }
  return shown;
}

function widthOf({ title, text }: Column, rows: readonly Row[]): number {
  return Math.max(title.length, ...rows.map(({ op }) => (op ? text(op).length : 0)));
}

function total(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width + GAP.length, 0);
}

function line(
  columns: readonly Column[],
  widths: readonly number[],
  cells: readonly string[],
  name: string,
): string {
  const padded = cells.map((cell, i) =>
    columns[i].right ? cell.padStart(widths[i]) : cell.padEnd(widths[i]),
  );
  return [...padded, name].join(GAP);
}
