import type { ReportLayer } from '../schema.ts';
import { cosineText, large, NOTHING, printable, shareText, snrOf, snrText } from './text.ts';

/** What a column sorts by: `undefined` comes last in both directions. */
export type SortValue = number | string | undefined;

export interface Column {
  readonly key: string;
  readonly title: string;
  /** Where the title needs the one of its group to be understood. */
  readonly fullTitle?: string;
  /** What a title needs to be understood by who hears it. */
  readonly spoken?: string;
  readonly group?: 'Accumulated' | 'Isolated' | 'Int8 range';
  readonly help: string;
  /** The direction that shows the worst, or the first. */
  readonly first: 'ascending' | 'descending';
  readonly kind: 'number' | 'text';
  /** The title where there is little room; other columns are not shown there. */
  readonly narrow?: string;
  text(layer: ReportLayer): string;
  value(layer: ReportLayer): SortValue;
}

/** Without its folders; its details have the whole name. */
const fileOf = (name: string): string => name.slice(name.lastIndexOf('/') + 1);
/** NaN is the worst. */
const cosineValue = (cosine: number | null | undefined): SortValue =>
  cosine === null ? Number.NEGATIVE_INFINITY : cosine;
const shareValue = (share: number | null | undefined): SortValue =>
  share === null ? Number.POSITIVE_INFINITY : share;

export const COLUMNS: readonly Column[] = [
  {
    key: 'order',
    title: '#',
    fullTitle: 'Order',
    spoken: 'order',
    help: 'Place among these layers in the order in which the network runs, from 1; as in the chart.',
    first: 'ascending',
    kind: 'number',
    text: ({ order }) => String(order + 1),
    value: ({ order }) => order,
  },
  {
    key: 'op',
    title: 'Op',
    help: 'The name that skip_quant_op_names takes; a name → tensor where an op has several tensors.',
    first: 'ascending',
    kind: 'text',
    narrow: 'Op',
    text: ({ op }) => printable(op),
    value: ({ op }) => op,
  },
  {
    key: 'type',
    title: 'Type',
    help: 'MNN’s type of the op; Input is an input of the network.',
    first: 'ascending',
    kind: 'text',
    text: ({ type }) => printable(type),
    value: ({ type }) => type,
  },
  {
    key: 'int8',
    title: 'Runs in',
    help: 'Whether MNN’s runtime runs the op in int8 or in float.',
    first: 'ascending',
    kind: 'text',
    text: ({ int8 }) => (int8 ? 'int8' : 'float'),
    value: ({ int8 }) => (int8 ? 'int8' : 'float'),
  },
  {
    key: 'accumulated-cosine',
    title: 'Cosine',
    fullTitle: 'Accumulated cosine',
    group: 'Accumulated',
    help: 'Cosine similarity to the float network with everything before the layer in int8 as well; mean of the samples, 1 is equal.',
    first: 'ascending',
    kind: 'number',
    narrow: 'Accum.',
    text: ({ accumulated }) => cosineText(accumulated.cosine),
    value: ({ accumulated }) => cosineValue(accumulated.cosine),
  },
  {
    key: 'accumulated-snr',
    title: 'SNR, dB',
    fullTitle: 'Accumulated SNR',
    group: 'Accumulated',
    help: 'Signal-to-noise ratio in decibels, everything before in int8 as well: 20 dB is an error of a tenth of the signal, 40 dB of a hundredth; ∞ is equal.',
    first: 'ascending',
    kind: 'number',
    text: ({ accumulated }) => snrText(accumulated),
    value: ({ accumulated }) => snrOf(accumulated),
  },
  {
    key: 'isolated-cosine',
    title: 'Cosine',
    fullTitle: 'Isolated cosine',
    group: 'Isolated',
    help: 'Cosine similarity with only this layer in int8 and its inputs from the float network: the error the layer makes itself.',
    first: 'ascending',
    kind: 'number',
    narrow: 'Isolated',
    text: ({ isolated }) => cosineText(isolated?.cosine),
    value: ({ isolated }) => cosineValue(isolated?.cosine),
  },
  {
    key: 'isolated-snr',
    title: 'SNR, dB',
    fullTitle: 'Isolated SNR',
    group: 'Isolated',
    help: 'Signal-to-noise ratio in decibels with only this layer in int8.',
    first: 'ascending',
    kind: 'number',
    text: ({ isolated }) => snrText(isolated),
    value: ({ isolated }) => isolated && snrOf(isolated),
  },
  {
    key: 'overflow',
    title: 'Overflow',
    group: 'Int8 range',
    help: 'Share of the values that are rounded to an end of the int8 range, or lie beyond it.',
    first: 'descending',
    kind: 'number',
    text: ({ overflow }) => shareText(overflow),
    value: ({ overflow }) => shareValue(overflow),
  },
  {
    key: 'clipped',
    title: 'Clipped',
    group: 'Int8 range',
    help: 'Share of the values beyond the int8 range: much of it says that the scale is too small.',
    first: 'descending',
    kind: 'number',
    text: ({ clipped }) => shareText(clipped),
    value: ({ clipped }) => shareValue(clipped),
  },
  {
    key: 'multiply-adds',
    title: 'Mult-adds',
    fullTitle: 'Multiply-adds',
    help: 'Multiply-adds of the layer per sample: what it costs to leave it in float.',
    first: 'descending',
    kind: 'number',
    text: ({ multiplyAdds }) => (multiplyAdds === 0 ? NOTHING : large(multiplyAdds)),
    value: ({ multiplyAdds }) => multiplyAdds,
  },
  {
    key: 'worst',
    title: 'Worst sample',
    help: 'The sample with the lowest accumulated cosine; sorted by that cosine.',
    first: 'ascending',
    kind: 'text',
    text: ({ accumulated: { worst } }) => printable(fileOf(worst.name)),
    value: ({ accumulated: { worst } }) => cosineValue(worst.cosine),
  },
];

/** Where the error is made comes first; layers in float, which make none, follow by what has arrived. */
export const DEFAULT_SORT = 'isolated-cosine';
const SECOND_SORT = 'accumulated-cosine';

export type Direction = 'ascending' | 'descending';

export function columnOf(key: string): Column {
  const column = COLUMNS.find((one) => one.key === key);
  if (column === undefined)
    throw new Error(`no column ${key}; there are ${COLUMNS.map((one) => one.key).join(', ')}`);
  return column;
}

/** Places of the layers in the order of a column; equal ones by the accumulated cosine, then as the network runs. */
export function sorted(layers: readonly ReportLayer[], key: string, direction: Direction): number[] {
  const column = columnOf(key);
  const second = columnOf(SECOND_SORT);
  const sign = direction === 'ascending' ? 1 : -1;
  return layers
    .map((layer, i) => ({ i, first: column.value(layer), second: second.value(layer) }))
    .sort((a, b) => compare(a.first, b.first, sign) || compare(a.second, b.second, 1) || a.i - b.i)
    .map(({ i }) => i);
}

/** @param sign 1 ascending, -1 descending; `undefined` comes last in both */
export function compare(a: SortValue, b: SortValue, sign: number): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
  if (typeof a === 'string' && typeof b === 'string') return sign * compareNames(a, b);
  return a === b ? 0 : a < b ? -sign : sign;
}

/** `conv10` after `conv9`. */
function compareNames(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}

/** With their place among the layers of the report for `order`: what has no row leaves gaps in it, and a chart has none. */
export function numbered(layers: readonly ReportLayer[]): ReportLayer[] {
  return layers.map((layer, order) => ({ ...layer, order }));
}

/** Names of ops that have more than one row. */
export function severalTensors(layers: readonly ReportLayer[]): ReadonlySet<string> {
  const seen = new Set<string>();
  const several = new Set<string>();
  for (const { op } of layers) (seen.has(op) ? several : seen).add(op);
  return several;
}
