import { basename } from 'node:path';
import { type CsvError, parse } from 'csv-parse/sync';
import { messageOf, UsageError } from '../../errors.ts';

/** The class of each sample, by the name of its file. */
export type Labels = ReadonlyMap<string, number>;

const EXPECTED = 'expected lines of a file name and the number of its class: cat.jpg,281';

/**
 * Reads a table of labels: the first column is the name of a file, the second the number of its class, further ones are
 * not read. Separated by commas, semicolons or tabs; a first line without a number is a header. Of a path the file's name counts.
 *
 * @throws {UsageError} naming the line, what was expected and what stands there
 */
export function parseLabels(text: string, file: string): Labels {
  if (text.includes('\0'))
    throw new UsageError(`${file}: expected text in UTF-8, got UTF-16 or no text; save it as CSV in UTF-8`);
  const labels = new Map<string, number>();
  for (const [i, { record, line }] of rowsOf(text, file).entries()) {
    const [path = '', cell = ''] = record;
    if (!/^\d+$/.test(cell)) {
      if (i === 0 && record.length > 1) continue;
      const got = record.length > 1 ? `"${cell}" for the class of ${path}` : `"${path}"`;
      throw new UsageError(`${file}: line ${line}: ${EXPECTED}; got ${got}`);
    }
    const [name, label] = [basename(path.replaceAll('\\', '/')), Number(cell)];
    const before = labels.get(name);
    if (before !== undefined && before !== label)
      throw new UsageError(`${file}: line ${line}: ${name} has the class ${label} here and ${before} before`);
    labels.set(name, label);
  }
  if (labels.size === 0) throw new UsageError(`${file}: there are no labels in it; ${EXPECTED}`);
  return labels;
}

interface Row {
  readonly record: readonly string[];
  readonly line: number;
}

function rowsOf(text: string, file: string): Row[] {
  try {
    const rows = parse(text, {
      bom: true,
      delimiter: [',', ';', '\t'],
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
    }) as unknown as { record: string[]; info: { lines: number } }[];
    return rows.map(({ record, info }) => ({ record, line: info.lines }));
  } catch (error) {
    const { lines } = error as CsvError & { lines?: number };
    throw new UsageError(`${file}: ${lines === undefined ? '' : `line ${lines}: `}${messageOf(error)}`, {
      cause: error,
    });
  }
}

/** Labels and samples put together. */
export interface MatchedLabels {
  /** By position of the sample; `undefined` where it has none. */
  readonly classes: readonly (number | undefined)[];
  /** Samples without a label. */
  readonly missing: readonly string[];
  /** Labels whose file is not among the samples. */
  readonly unused: readonly string[];
}

/** @throws {UsageError} where no sample has a label */
export function matchLabels(labels: Labels, names: readonly string[], file: string): MatchedLabels {
  const classes = names.map((name) => labels.get(name));
  const used = new Set(names);
  const missing = names.filter((name) => !labels.has(name));
  if (missing.length === names.length)
    throw new UsageError(
      `${file}: none of the ${names.length} samples has a label; the first sample is ${names[0] ?? 'missing'}, the first label is of ${[...labels.keys()][0]}`,
    );
  return { classes, missing, unused: [...labels.keys()].filter((name) => !used.has(name)) };
}
