import type { ReportAuto, ReportTrial } from '../auto-schema.ts';
import { bestFirst, floatShare, leastCosine, lostPoints, settingsText } from '../auto-trials.ts';
import { type Column, compare, type Direction, type SortValue } from './columns.ts';
import { cosineText, NOTHING, percent, printable } from './text.ts';

/** A trial with its place in the search. */
export interface TrialRow {
  readonly trial: ReportTrial;
  /** Place in the order in which they were tried. */
  readonly index: number;
  /** Place among the best, from 1. */
  readonly rank: number;
}

/** As those of layers, of a trial. */
export type TrialColumn = Pick<Column, 'key' | 'title' | 'fullTitle' | 'help' | 'first' | 'kind'> & {
  /** Whether it is not shown where there is little room, unless it sorts. */
  readonly wideOnly?: boolean;
  text(row: TrialRow): string;
  value(row: TrialRow): SortValue;
};

export const DEFAULT_TRIAL_SORT = 'rank';

/** With more outputs the least cosine has to do. */
const SHOWN_OUTPUTS = 4;

/** In the order of the search. */
export function trialRows(auto: ReportAuto): TrialRow[] {
  const ranks = new Map(bestFirst(auto).map((index, i) => [index, i + 1]));
  return auto.trials.map((trial, index) => ({ trial, index, rank: ranks.get(index)! }));
}

/** NaN is the worst. */
const cosineValue = (cosine: number | null | undefined): SortValue =>
  cosine === null ? Number.NEGATIVE_INFINITY : cosine;

export function trialColumns(auto: ReportAuto): TrialColumn[] {
  return [
    ...ABOUT,
    ...typicalColumns(auto),
    ...outputColumns(auto),
    ...labelColumns(auto),
    ...sampleColumns(auto),
  ];
}

const ABOUT: readonly TrialColumn[] = [
  {
    key: 'rank',
    title: '#',
    fullTitle: 'Rank',
    help: 'Rank among all that was tried: first the chosen one, then what holds the target, with the least in float first, then what is nearest to it.',
    first: 'ascending',
    kind: 'number',
    text: ({ rank }) => String(rank),
    value: ({ rank }) => rank,
  },
  {
    key: 'settings',
    title: 'Settings',
    help: 'Method of activations, then what else was on. Weights are MAX_ABS where nothing else is said.',
    first: 'ascending',
    kind: 'text',
    text: ({ trial }) => printable(settingsText(trial.settings)),
    value: ({ trial }) => settingsText(trial.settings),
  },
  {
    key: 'trial',
    title: 'Tried as',
    help: 'Place in the order in which they were tried.',
    first: 'ascending',
    kind: 'number',
    wideOnly: true,
    text: ({ index }) => String(index + 1),
    value: ({ index }) => index,
  },
  {
    key: 'freed',
    title: 'Freed',
    help: 'Ops left in float beyond those that the config skips; which, is under the settings.',
    first: 'ascending',
    kind: 'number',
    wideOnly: true,
    text: ({ trial }) => String(trial.freed.length),
    value: ({ trial }) => trial.freed.length,
  },
  {
    key: 'float',
    title: 'In float',
    help: 'Share of the multiply-adds that run in float.',
    first: 'ascending',
    kind: 'number',
    text: ({ trial: { multiplyAdds } }) =>
      percent(multiplyAdds.total - multiplyAdds.int8, multiplyAdds.total),
    value: ({ trial }) => floatShare(trial),
  },
  {
    key: 'cosine',
    title: 'Cosine',
    help: 'To the float network, of the worst output; mean of the samples that judged.',
    first: 'descending',
    kind: 'number',
    text: ({ trial }) => (trial.outputs.length === 0 ? NOTHING : cosineText(leastCosine(trial))),
    value: ({ trial }) => cosineValue(leastCosine(trial)),
  },
];

/** By which settings were compared. */
function typicalColumns({ trials }: ReportAuto): TrialColumn[] {
  if (trials.every(({ typical }) => typical === undefined)) return [];
  const cosine = ({ typical }: ReportTrial): number | null | undefined =>
    typical === null || typical === undefined ? typical : 1 - typical;
  return [
    {
      key: 'typical',
      title: 'Typical',
      help: 'Cosine of the worst output of a typical sample: 1 − the geometric mean of 1 − cosine. By it settings were compared, as one strange sample can decide a mean.',
      first: 'descending',
      kind: 'number',
      wideOnly: true,
      text: ({ trial }) => cosineText(cosine(trial)),
      value: ({ trial }) => cosineValue(cosine(trial)),
    },
  ];
}

/** One for each output, where there are several and not many. */
function outputColumns({ trials }: ReportAuto): TrialColumn[] {
  const names = trials[0]?.outputs.map(({ name }) => name) ?? [];
  if (names.length < 2 || names.length > SHOWN_OUTPUTS) return [];
  return names.map((name, i) => ({
    key: `output-${i}`,
    title: printable(name),
    help: `Cosine of the output ${printable(name)} to the float network’s, mean of the samples that judged.`,
    first: 'descending',
    kind: 'number',
    wideOnly: true,
    text: ({ trial }) => cosineText(trial.outputs[i]?.cosine),
    value: ({ trial }) => cosineValue(trial.outputs[i]?.cosine),
  }));
}

function labelColumns({ trials, accuracy }: ReportAuto): TrialColumn[] {
  if (trials.every(({ top1 }) => top1 === undefined)) return [];
  const top1: TrialColumn = {
    key: 'top1',
    title: 'Top-1',
    help: 'Share of the labelled samples whose label has the highest score.',
    first: 'descending',
    kind: 'number',
    text: ({ trial }) => (trial.top1 === undefined ? NOTHING : percent(trial.top1, 1)),
    value: ({ trial }) => trial.top1,
  };
  if (accuracy === undefined) return [top1];
  const lost: TrialColumn = {
    key: 'lost',
    title: 'Lost',
    help: 'Points of top-1 less than the float network has; below 0 it has more.',
    first: 'ascending',
    kind: 'number',
    wideOnly: true,
    text: ({ trial }) => pointsText(lostPoints(trial, accuracy)),
    value: ({ trial }) => lostPoints(trial, accuracy),
  };
  return [top1, lost];
}

/** Where some were judged by fewer than others. */
function sampleColumns({ trials, judged }: ReportAuto): TrialColumn[] {
  if (trials.every(({ samples }) => samples === undefined)) return [];
  return [
    {
      key: 'samples',
      title: 'Samples',
      help: 'How many samples judged it: many trials are only judged by a part of them.',
      first: 'descending',
      kind: 'number',
      wideOnly: true,
      text: ({ trial: { samples = judged.samples } }) => String(samples),
      value: ({ trial: { samples = judged.samples } }) => samples,
    },
  ];
}

export function pointsText(points: number | undefined): string {
  if (points === undefined) return NOTHING;
  const text = points.toFixed(2);
  return (text === '-0.00' ? '0.00' : text).replace('-', '−');
}

/** Places of the trials in the order of a column; equal ones the better first. */
export function sortedTrials(rows: readonly TrialRow[], column: TrialColumn, direction: Direction): number[] {
  const sign = direction === 'ascending' ? 1 : -1;
  return [...rows]
    .sort((a, b) => compare(column.value(a), column.value(b), sign) || a.rank - b.rank)
    .map(({ index }) => index);
}
