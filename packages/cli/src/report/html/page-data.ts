import type { ReportAuto } from '../auto-schema.ts';
import type { Report } from '../schema.ts';

/** What the page's script works with; texts, images and the rest are in its HTML. */
export type PageData = Pick<Report, 'layers' | 'histograms' | 'weights'> & {
  readonly config: Report['reproduce']['config'];
  readonly given: Report['reproduce']['given'];
  readonly multiplyAdds: Report['summary']['multiplyAdds'];
  /** Where settings were searched for; its list of sensitive layers is in the HTML alone. */
  readonly auto?: ReportAuto;
};

/** Charts and texts show fewer, of weights as many; whole numbers stay as they are. */
const DIGITS = 6;
const DIGITS_OF_WEIGHTS = 4;
/** Of cosines near 1, what is missing counts. */
const DIGITS_OF_TRIALS = 9;

export function pageData({ layers, histograms, weights, reproduce, summary, auto }: Report): PageData {
  return {
    layers: rounded(layers, DIGITS),
    histograms: rounded(histograms, DIGITS),
    weights: rounded(weights, DIGITS_OF_WEIGHTS),
    // To be copied: as it is.
    config: reproduce.config,
    given: reproduce.given,
    multiplyAdds: summary.multiplyAdds,
    ...(auto && { auto: rounded(shortened(auto), DIGITS_OF_TRIALS) }),
  };
}

/** Without what only the HTML has; names of ops that were freed are only counted, and are most of the size of many trials. */
function shortened(auto: ReportAuto): ReportAuto {
  const trials = auto.trials.map((trial) => ({ ...trial, freed: trial.freed.map(() => '') }));
  return { ...auto, trials, sensitivity: [] };
}

/** The same with shorter numbers: those of weights are most of a page's size. */
function rounded<T>(value: T, digits: number): T {
  if (typeof value === 'number')
    return (Number.isInteger(value) ? value : Number(value.toPrecision(digits))) as T;
  if (Array.isArray(value)) return value.map((one) => rounded(one, digits)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, rounded(one, digits)])) as T;
}
