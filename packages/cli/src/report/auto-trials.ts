import type { ReportAuto, ReportTrial } from './auto-schema.ts';

// What follows from the trials of a search; for findings and for the page alike.

/** The one that the file was written with; `undefined` in a report that has none. */
export function chosenTrial({ trials }: ReportAuto): ReportTrial | undefined {
  return trials.find(({ chosen }) => chosen);
}

export function isFreed({ freed }: ReportTrial): boolean {
  return freed.length > 0;
}

/** Of all outputs; null where one is no number, or where there is none. */
export function leastCosine({ outputs, error }: ReportTrial): number | null {
  if (error !== undefined) return error === null ? null : 1 - error;
  if (outputs.length === 0) return null;
  return outputs.reduce<number | null>(
    (least, { cosine }) => (least === null || cosine === null ? null : Math.min(least, cosine)),
    Number.POSITIVE_INFINITY,
  );
}

/** Share of the multiply-adds that run in float, 0 to 1; 0 for a network without any. */
export function floatShare({ multiplyAdds: { int8, total } }: ReportTrial): number {
  return total === 0 ? 0 : (total - int8) / total;
}

/**
 * Points of top-1 that a trial loses; less than 0 where it is better than float.
 *
 * @param accuracy of the float network, a share
 */
export function lostPoints(
  { top1, floatTop1 }: ReportTrial,
  accuracy: number | undefined,
): number | undefined {
  const float = floatTop1 ?? accuracy;
  return top1 === undefined || float === undefined ? undefined : 100 * (float - top1);
}

/** Differences of shares are not exact. */
const ROUNDING = 1e-9;

/** Whether a trial has what was asked for; true where nothing was. */
export function holds(trial: ReportTrial, { target, accuracy }: ReportAuto): boolean {
  const least = leastCosine(trial);
  if (target?.cosine !== undefined && (least === null || least < target.cosine - ROUNDING)) return false;
  if (target?.maxDrop === undefined) return true;
  const lost = lostPoints(trial, accuracy);
  return lost !== undefined && lost <= target.maxDrop + ROUNDING;
}

/**
 * Places of the trials, best first: the chosen one; then those that hold the target, with the least in float first; then the
 * others, with the nearest to float first.
 */
export function bestFirst(auto: ReportAuto): number[] {
  const keys = auto.trials.map((trial) => {
    const isHeld = holds(trial, auto);
    const near = nearness(trial, auto);
    return [
      Number(!trial.chosen),
      Number(!isHeld),
      ...(isHeld ? [floatShare(trial), -near] : [-near, floatShare(trial)]),
    ];
  });
  return keys.map((_, i) => i).sort((a, b) => difference(keys[a]!, keys[b]!) || a - b);
}

/** Of the first that are not the same; infinite ones can be. */
function difference(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, i) => value !== b[i]);
  return at < 0 ? 0 : a[at]! < b[at]! ? -1 : 1;
}

/** How good a trial is by what was asked for: larger is better. */
function nearness(trial: ReportTrial, { target }: ReportAuto): number {
  const value = target?.maxDrop === undefined ? leastCosine(trial) : trial.top1;
  return value ?? Number.NEGATIVE_INFINITY;
}

/** Settings in short words: those of docs/accuracy.md; what is off is left out, and so is MAX_ABS. */
export function settingsText(settings: ReportTrial['settings']): string {
  const place = (key: string): number => (Object.hasOwn(WORDS, key) ? ORDER.indexOf(key) : ORDER.length);
  const words = Object.entries(settings)
    .sort(([a], [b]) => place(a) - place(b))
    .flatMap(([key, value]) => (Object.hasOwn(WORDS, key) ? WORDS[key]!(value) : [other(key, value)]));
  return words.length === 0 ? 'as in the config' : words.join(', ');
}

const WORDS: Readonly<Record<string, (value: unknown) => string[]>> = {
  feature_quantize_method: (value) => [String(value)],
  feature_percentile: (value) => [`${value} %`],
  feature_asymmetric: (value) => (value === true ? ['asymmetric'] : []),
  weight_quantize_method: (value) => (value === 'MAX_ABS' ? [] : [`weights ${value}`]),
  equalize: (value) => (value === true ? ['equalized'] : []),
  bias_correction: (value) => (value === true ? ['biases corrected'] : []),
};

const ORDER = Object.keys(WORDS);

function other(key: string, value: unknown): string {
  return `${key} ${typeof value === 'string' ? value : JSON.stringify(value)}`;
}
