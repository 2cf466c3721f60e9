import type { Config } from './schema.ts';

/** The one setting that docs/accuracy.md shows to be ahead or near the best on every network measured. */
export const RECOMMENDED = {
  feature_quantize_method: 'MSE',
  feature_asymmetric: true,
  equalize: true,
  bias_correction: true,
} as const satisfies Partial<Config>;

/** The command that finds settings by trying them. */
export const SEARCH_COMMAND = 'mnnquant auto';

/** The method that has the run find its settings itself. */
const SEARCHED = 'AUTO';

/** Whether a config leaves the choice of settings to the search. */
export function isSearched(config: Readonly<Record<string, unknown>>): boolean {
  return config.feature_quantize_method === SEARCHED;
}

/** What of it a config does not have, as it stands in a config: `"equalize": true, "bias_correction": true`; empty where it has all. */
export function missingSettings(config: Readonly<Record<string, unknown>>): string {
  return Object.entries(RECOMMENDED)
    .filter(([key, value]) => config[key] !== value)
    .map(([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`)
    .join(', ');
}
