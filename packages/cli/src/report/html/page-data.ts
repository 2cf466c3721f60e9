import type { Report } from '../schema.ts';

/** What the page's script works with; texts, images and the rest are in its HTML. */
export type PageData = Pick<Report, 'layers' | 'histograms' | 'weights'> & {
  readonly config: Report['reproduce']['config'];
  readonly multiplyAdds: Report['summary']['multiplyAdds'];
};

/** Charts and texts show fewer; whole numbers stay as they are. */
const DIGITS = 6;

export function pageData({ layers, histograms, weights, reproduce, summary }: Report): PageData {
  return {
    layers: rounded(layers),
    histograms: rounded(histograms),
    weights: rounded(weights),
    // To be copied: as it is.
    config: reproduce.config,
    multiplyAdds: summary.multiplyAdds,
  };
}

/** The same with shorter numbers: those of weights are most of a page's size. */
function rounded<T>(value: T): T {
  if (typeof value === 'number')
    return (Number.isInteger(value) ? value : Number(value.toPrecision(DIGITS))) as T;
  if (Array.isArray(value)) return value.map(rounded) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, rounded(one)])) as T;
}
