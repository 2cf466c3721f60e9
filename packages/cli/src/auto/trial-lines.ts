import stringWidth from 'string-width';
import { percent } from '../commands/compare/bounds.ts';
import { printableName } from '../printable.ts';
import { settingsText } from '../report/auto-trials.ts';
import { shareText } from '../share-text.ts';
import { fittingNames } from '../terminal-text.ts';
import { hangingLines } from '../wrapped-lines.ts';
import type { AutoTrial } from './outcome.ts';
import { cosineText, listed } from './outcome-lines.ts';

/** What stands beside a trial. */
export interface TrialPlace {
  /** From 1. */
  readonly number: number;
  /** The number of the trial that has the same settings and no op in float. */
  readonly settingsOf?: number;
  /** Columns of the terminal; `undefined` for a pipe or file. */
  readonly width?: number;
}

/** Above the trials; cosines are of the output that is farthest from float. */
export function trialHeader({ top1 }: AutoTrial): string {
  return `   #  cosine   typical  in int8  ${top1 === undefined ? '' : '   top-1  '}settings`;
}

/**
 * A trial: its number, the mean cosine and that of a typical sample, how much is in int8, and how it was made. Settings that are too
 * long for the terminal go on below; of the ops in float as many are named as fit.
 */
export function trialLines(trial: AutoTrial, { number, settingsOf, width }: TrialPlace): string[] {
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
  const how = settingsOf === undefined ? settingsText(settings) : `as ${settingsOf}`;
  const ops = `${label}${how}, ${freed.length} ${freed.length === 1 ? 'op' : 'ops'} in float`;
  const all = freed.map(printableName);
  const names = width === undefined ? listed(all) : fittingNames(all, width - stringWidth(ops) - 2);
  return [names === '' ? ops : `${ops}: ${names}`];
}
