import stringWidth from 'string-width';
import { printableName } from '../printable.ts';
import { shorten } from '../terminal-text.ts';
import type { InspectedOp, Inspection } from './inspection.ts';
import { amount, shapeText } from './number-text.ts';

interface Column {
  readonly title: string;
  readonly right?: true;
  /** The lower, the earlier it goes where a terminal is too narrow; without, it stays. */
  readonly worth?: number;
  text(op: InspectedOp): string;
}

/** Behind the type, which is indented. The name comes last: shortening it there moves nothing else. */
const COLUMNS: readonly Column[] = [
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
  const types = Math.max(4, ...rows.map(({ op, head }) => (op ? head.length : 0)));
  const longest = Math.max(2, ...rows.map(({ op }) => stringWidth(printableName(op?.name ?? ''))));
  const shown = fitting(used, rows, types + GAP.length + Math.min(longest, LEAST_NAME), columns);
  const widths = [types, ...shown.map((column) => widthOf(column, rows))];
  const room =
    columns === undefined ? Number.POSITIVE_INFINITY : Math.max(LEAST_NAME, columns - total(widths));
  const titles = ['type', ...shown.map(({ title }) => title)];
  const lines = rows.map(({ op, head }) => {
    // What begins a subgraph has no numbers of its own.
    if (op === undefined) return shorten(head, columns ?? Number.POSITIVE_INFINITY);
    const cells = [head, ...shown.map((column) => column.text(op))];
    return line(shown, widths, cells, shorten(printableName(op.name), room));
  });
  const gone = used.filter((column) => !shown.includes(column)).map(({ title }) => title);
  const note = gone.length > 0 ? [`(too narrow for: ${gone.join(', ')})`] : [];
  return [line(shown, widths, titles, 'op'), ...lines, ...note].map((text) => text.trimEnd()).join('\n');
}

interface Row {
  /** None where a subgraph begins. */
  readonly op?: InspectedOp;
  /** The type of the op, or the name of the subgraph, indented. */
  readonly head: string;
}

function treeRows({ ops, subgraphs }: Inspection): Row[] {
  const listed = new Set<string>();
  const rowsOf = (list: readonly InspectedOp[], depth: number): Row[] =>
    list.flatMap((op) => [
      { op, head: `${INDENT.repeat(depth)}${op.type}` },
      ...(op.subgraphs ?? []).flatMap((name) => inside(name, depth + 1)),
    ]);
  const inside = (name: string, depth: number): Row[] => {
    const found = subgraphs.find((subgraph) => subgraph.name === name);
    const title = { head: `${INDENT.repeat(depth)}subgraph ${printableName(name)}` };
    // A damaged file may let a subgraph run itself; one that several ops run is listed once.
    if (found === undefined || listed.has(name)) return [title];
    listed.add(name);
    return [title, ...rowsOf(found.ops, depth + 1)];
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

/**
 * Whole names are worth more than some columns: they are what `skip_quant_op_names` wants.
 *
 * @param needed columns of the type and of a name
 */
function fitting(
  used: readonly Column[],
  rows: readonly Row[],
  needed: number,
  columns = Number.POSITIVE_INFINITY,
): readonly Column[] {
  let shown = used;
  const byWorth = used.filter(({ worth }) => worth !== undefined).sort((a, b) => a.worth! - b.worth!);
  for (const least of byWorth) {
    if (total(shown.map((column) => widthOf(column, rows))) + needed <= columns) break;
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

/** @param cells the type first, then those of the columns */
function line(
  columns: readonly Column[],
  widths: readonly number[],
  cells: readonly string[],
  name: string,
): string {
  const padded = cells.map((cell, i) =>
    columns[i - 1]?.right ? cell.padStart(widths[i]) : cell.padEnd(widths[i]),
  );
  return [...padded, name].join(GAP);
}
