import type { Axis } from '@mnnquant/calibrate';
import type { Config } from '../config/schema.ts';
import type { ChosenConfig } from '../job/steps.ts';

/** The keys of the config that `AUTO` chooses. */
export type Settings = Pick<
  ChosenConfig,
  'feature_quantize_method' | 'feature_asymmetric' | 'weight_quantize_method' | 'equalize' | 'bias_correction'
>;

type Key = keyof Settings;

/**
 * What is tried. The first of each together are where a search begins: near the best on every network that was measured, so that few
 * samples which judge otherwise by chance do little harm. MNN 3.6.1's `KL` and ours for activations; without `ADMM`, which takes several times
 * as long to observe, and `EMA`, whose ranges come from a run of their own for each setting (docs/commands/auto.md).
 */
const VALUES: { readonly [K in Key]: readonly Settings[K][] } = {
  equalize: [true, false],
  feature_quantize_method: ['MSE', 'PERCENTILE', 'MAX', 'KL'],
  weight_quantize_method: ['MSE', 'GPTQ', 'MAX_ABS'],
  bias_correction: [true, false],
  feature_asymmetric: [true, false],
};

const KEYS = Object.keys(VALUES) as Key[];

/** Keys that only stand in a config because somebody wants just that. Every config of MNN has its methods. */
const OWN_KEYS: ReadonlySet<Key> = new Set(['equalize', 'bias_correction', 'feature_asymmetric']);

/** What to begin with: the first value of everything that the config leaves open. */
export function firstSettings(config: Config, given: readonly string[]): Settings {
  const entries = KEYS.map((key) => [key, isOpen(key, given) ? VALUES[key][0] : config[key]]);
  return Object.fromEntries(entries) as Settings;
}

/** What may be changed. */
export function axesOf(given: readonly string[]): Axis<Settings>[] {
  return KEYS.filter((key) => isOpen(key, given)).map((key) => ({
    name: key,
    others: (settings) =>
      VALUES[key].filter((value) => value !== settings[key]).map((value) => ({ ...settings, [key]: value })),
  }));
}

function isOpen(key: Key, given: readonly string[]): boolean {
  return !(OWN_KEYS.has(key) && given.includes(key));
}
