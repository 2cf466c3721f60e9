import stringWidth from 'string-width';
import { percent } from '../commands/compare/bounds.ts';
import { listed } from '../listed.ts';
import { printableName } from '../printable.ts';
import { settingsText } from '../report/auto-trials.ts';
import { shareText } from '../share-text.ts';
import { fittingNames } from '../terminal-text.ts';
import { hangingLines } from '../wrapped-lines.ts';
import type { AutoTrial } from './outcome.ts';
import { cosineText, LISTED } from './outcome-lines.ts';

/** What stands beside a trial. */
export interface TrialPlace {
  /** From 1. */
  readonly number: number;
  /** Those that stand above, from the first on. */
  readonly above?: readonly AutoTrial[];
  /** Columns of the terminal; `undefined` for a pipe or file. */
  readonly width?: number;
}

/** Above the trials; cosines are of the output that is farthest from float. `as 7 + a`: the settings and ops of 7, and a in float as well; − in int8 again. */
export function trialHeader({ top1 }: AutoTrial): string {
  return `   #  cosine   typical  in int8  ${top1 === undefined ? '' : '   top-1  '}settings ± ops in float`;
}

/**
 * A trial: its number, the mean cosine and that of a typical sample, how much is in int8, and how it was made. Settings that are too
 * long for the terminal go on below. Ops in float are told as what differs from a trial above, as many named as fit: sets of twenty ops
 * differ by one, and their first names are the same in all.
 */
export function trialLines(trial: AutoTrial, { number, above = [], width }: TrialPlace): string[] {
  const { settings, freed, multiplyAdds, error, typical, top1 } = trial;
  const numbers = [
    String(number).padStart(4),
    cosineText(error),
    cosineText(typical),
    shareText(multiplyAdds).padStart(7),
    ...(top1 === undefined ? [] : [percent(top1).padStart(8)]),
  ];
  const label = `${numbers.join('  ')}  `;
  if (freed.length === 0) return hangingLines(label, settingsText(settings), width);
  const { from, sign, ops } = difference(trial, above);
  const like = `${label}${from}`;
  // The same once more, judged by other samples.
  if (ops.length === 0) return [like];
  const start = `${like} ${sign} `;
  const all = ops.map(printableName);
  const names = width === undefined ? listed(all, LISTED) : fittingNames(all, width - stringWidth(start));
  return [`${start}${names === '' ? `${all.length} ${all.length === 1 ? 'op' : 'ops'}` : names}`];
}

interface Difference {
  /** The trial above, or settings. */
  readonly from: string;
  /** Whether `ops` are in float beside that, or in int8 again. */
  readonly sign: '+' | '−';
  readonly ops: readonly string[];
}

/** The trial above with the same settings that differs by fewest ops, all of them on one side; of equal ones the last. */
function difference({ settings, freed }: AutoTrial, above: readonly AutoTrial[]): Difference {
  const key = JSON.stringify(settings);
  let best: Difference = { from: settingsText(settings), sign: '+', ops: freed };
  for (const [i, other] of above.entries()) {
    if (JSON.stringify(other.settings) !== key) continue;
    const more = without(freed, other.freed);
    const fewer = without(other.freed, freed);
    const ops = more.length > 0 ? more : fewer;
    if ((more.length > 0 && fewer.length > 0) || ops.length > best.ops.length) continue;
    best = { from: `as ${i + 1}`, sign: more.length > 0 ? '+' : '−', ops };
  }
  return best;
}

function without(ops: readonly string[], others: readonly string[]): string[] {
  const known = new Set(others);
  return ops.filter((op) => !known.has(op));
}
