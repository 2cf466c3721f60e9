import { listed } from '../../listed.ts';
import type { ReportAuto, ReportTrial } from '../auto-schema.ts';
import { chosenTrial, floatShare, isFreed, leastCosine, lostPoints } from '../auto-trials.ts';
import type { Report, ReportFinding } from '../schema.ts';
import { cosineText, percent, plural, short } from './text.ts';

/** What the search for settings came to. */
export function autoFindings({ auto }: Report): ReportFinding[] {
  if (auto === undefined) return [];
  return [...missed(auto), ...freed(auto), ...stopped(auto), ...judgedAlike(auto)];
}

function missed(auto: ReportAuto): ReportFinding[] {
  if (auto.reached) return [];
  const { target = {}, accuracy } = auto;
  const chosen = chosenTrial(auto);
  const least = chosen && leastCosine(chosen);
  const lost = chosen && lostPoints(chosen, accuracy);
  const wanted = [
    ...(target.cosine === undefined
      ? []
      : [
          `a cosine of ${short(target.cosine, 6)} (the best found has ${typeof least === 'number' ? cosineText(least) : 'none'})`,
        ]),
    ...(target.maxDrop === undefined
      ? []
      : [
          `at most ${short(target.maxDrop)} points of top-1 lost (the best found loses ${lost === undefined ? 'an unknown number' : short(lost)})`,
        ]),
  ];
  return [
    {
      level: 'problem',
      text: `The search did not reach its target: ${wanted.join(' and ') || 'the one that was asked for'}.`,
      advice: `${auto.stopped === 'time' ? 'Its time was over: give a longer --time. ' : ''}Its curve shows what float layers bring and cost; a lower target, or a lower --min-int8, may be worth it.`,
    },
  ];
}

function freed(auto: ReportAuto): ReportFinding[] {
  const chosen = chosenTrial(auto);
  if (chosen === undefined || !isFreed(chosen)) return [];
  const others = auto.trials.filter((trial) => !isFreed(trial) && leastCosine(trial) !== null);
  return [
    {
      level: 'note',
      text: `The search left ${plural(chosen.freed.length, 'op')} in float: ${listed(chosen.freed)}. ${percent(floatShare(chosen))} of the multiply-adds run in float${gainText(chosen, others)}`,
      advice:
        'They are in skip_quant_op_names of the config that it wrote; taking one out gives it back to int8.',
      ...(chosen.freed[0] !== undefined && { op: chosen.freed[0] }),
    },
  ];
}

/** Beside the best that was tried without freeing any. */
function gainText(chosen: ReportTrial, others: readonly ReportTrial[]): string {
  const now = leastCosine(chosen);
  if (now === null || others.length === 0) return '.';
  const before = others.reduce((most, one) => Math.max(most, leastCosine(one)!), Number.NEGATIVE_INFINITY);
  return `; the worst output has a cosine of ${cosineText(now)}, at best ${cosineText(before)} with none of them freed.`;
}

function stopped({ stopped: why, reached, runs, trials }: ReportAuto): ReportFinding[] {
  // What was not reached says it already.
  if (why !== 'time' || !reached) return [];
  return [
    {
      level: 'note',
      text: `The time of the search was over after ${plural(trials.length, 'trial')} (${plural(runs, 'run')} over all samples), before everything was tried.`,
      advice: 'A longer --time may find less in float.',
    },
  ];
}

function judgedAlike({ judged }: ReportAuto): ReportFinding[] {
  if (judged.own) return [];
  return [
    {
      level: 'note',
      text: `The search was judged by the ${plural(judged.samples, 'sample')} that calibrated, which flatters what it found.`,
      advice: 'Give samples that do not calibrate to judge with: mnnquant auto --data DIR.',
    },
  ];
}
