import { percent } from '../commands/compare/bounds.ts';
import { listed } from '../listed.ts';
import { printableName } from '../printable.ts';
import { settingsText } from '../report/auto-trials.ts';
import type { AutoOutcome, AutoTrial } from './outcome.ts';

/** More names than this are counted, not listed, where no width bounds them. */
export const LISTED = 4;

/** For the summary of a run. */
export function autoLines(outcome: AutoOutcome | undefined): string[] {
  if (outcome === undefined) return [];
  const { trials, judged, target, runs, seconds, stopped, chosen } = outcome;
  const best = trials.find((trial) => trial.chosen)!;
  const who = judged.setAside ? `, set aside while searching` : judged.own ? '' : ', those that calibrate';
  const over = stopped ? ', then the time was over' : '';
  const outputs =
    best.outputs.length === 0
      ? ['none, as outputs have other sizes than the float network’s']
      : worstFirst(best.outputs).map(({ name, cosine }) => `${printableName(name)} ${cosineOr(cosine)}`);
  return [
    `Chosen      ${settingsText(best.settings)}; ${trials.length} tried in ${seconds.toFixed(1)} s and ${runs} runs of a network${over}`,
    `Cosine      ${listed(outputs, LISTED)}, by ${best.samples} ${best.samples === 1 ? 'sample' : 'samples'} of ${judged.folder}${who}`,
    ...accuracyLines(outcome, best),
    ...(chosen.skip_quant_op_names.length > 0
      ? [`In float    ${listed(chosen.skip_quant_op_names.map(printableName), LISTED)}, for the target`]
      : []),
    ...(target ? [targetLine(outcome)] : []),
  ];
}

function worstFirst(outputs: AutoTrial['outputs']): AutoTrial['outputs'] {
  const value = (cosine: number | null): number => cosine ?? Number.NEGATIVE_INFINITY;
  return [...outputs].sort((a, b) => value(a.cosine) - value(b.cosine));
}

/** By what a target is missed; nothing where it holds, or there is none. */
export function missedTarget({ reached, target = {}, trials }: AutoOutcome): string[] {
  if (reached) return [];
  const { error, top1, floatTop1 } = trials.find(({ chosen }) => chosen)!;
  const drop = top1 === undefined || floatTop1 === undefined ? undefined : 100 * (floatTop1 - top1);
  return [
    ...(target.cosine === undefined
      ? []
      : [`--target: expected a cosine of at least ${target.cosine}, got ${cosineText(error)}`]),
    ...(target.maxDrop === undefined
      ? []
      : [
          `--max-drop: expected a drop of at most ${target.maxDrop} points, got ${drop?.toFixed(2) ?? 'none'}`,
        ]),
  ];
}

function accuracyLines({ accuracy }: AutoOutcome, { top1 }: AutoTrial): string[] {
  if (accuracy === undefined || top1 === undefined) return [];
  return [`Accuracy    top-1 ${percent(top1)}, in float ${percent(accuracy)}`];
}

function targetLine({ target = {}, reached }: AutoOutcome): string {
  const { cosine, maxDrop } = target;
  const wanted = [
    ...(cosine === undefined ? [] : [`cosine of at least ${cosine}`]),
    ...(maxDrop === undefined ? [] : [`a drop of at most ${maxDrop} points`]),
  ];
  return `Target      ${reached ? 'reached' : 'MISSED, the nearest was written'}: ${wanted.join(', ')}`;
}

/** Rounded down, so that what misses a target is not shown as if it did not. */
function floor(value: number, digits: number): string {
  const scale = 10 ** digits;
  return (Math.floor(value * scale + 1e-9) / scale).toFixed(digits);
}

export const cosineText = (error: number | null): string => cosineOr(error === null ? null : 1 - error);

/** Of a single number there is half the noise's part of the power in place of 1 - cosine, which may be any number. */
function cosineOr(cosine: number | null): string {
  if (cosine === null) return 'NaN    ';
  return cosine < -1 ? '< -1   ' : floor(cosine, 5);
}
