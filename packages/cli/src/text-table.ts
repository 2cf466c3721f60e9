import stringWidth from 'string-width';
import { printableName } from './printable.ts';
import { shorten } from './terminal-text.ts';

/** A column of a table for a person. */
export interface Column {
  readonly title: string;
  /** Numbers stand to the right. */
  readonly right?: boolean;
  /** A text without a bound, such as a name: shortened where the line would be too long. */
  readonly name?: boolean;
}

const GAP = '  ';
/** A name keeps this much even where the line then wraps. */
const LEAST_NAME = 8;

/**
 * Lines of a table, the titles first, indented by two columns.
 *
 * @param width columns of the terminal; `undefined` for a pipe or file, which gets whole names
 */
export function textTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width = Number.POSITIVE_INFINITY,
): string[] {
  const all = [columns.map(({ title }) => title), ...rows.map((row) => row.map(printableName))];
  const widths = fittedWidths(columns, all, width);
  return all.map((row) => {
    const cells = row.map((cell, i) => padded(shorten(cell, widths[i]!), widths[i]!, columns[i]!.right));
    return `${GAP}${cells.join(GAP)}`.trimEnd();
  });
}

function fittedWidths(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number,
): number[] {
  const widths = columns.map((_, i) => Math.max(...rows.map((row) => stringWidth(row[i]!))));
  const names = [...columns.keys()].filter((i) => columns[i]!.name);
  // The widest gives first: names that are short stay whole.
  let over = widths.reduce((sum, one) => sum + one + GAP.length, 0) - width;
  while (over > 0) {
    const widest = Math.max(...names.map((i) => widths[i]!));
    if (widest <= LEAST_NAME) break;
    for (const i of names) {
      if (over <= 0 || widths[i] !== widest) continue;
      widths[i]!--;
      over--;
    }
  }
  return widths;
}

function padded(cell: string, width: number, right = false): string {
  const space = ' '.repeat(Math.max(0, width - stringWidth(cell)));
  return right ? space + cell : cell + space;
}
