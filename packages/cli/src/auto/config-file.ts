import type { LoadedConfig } from '../config/check.ts';
import { jsonObject } from '../config/json-text.ts';
import type { Config } from '../config/schema.ts';
import type { AutoOutcome } from './outcome.ts';

/** Where the config that makes the same file goes. */
export function autoConfigPath(target: string): string {
  return `${target}.config.json`;
}

/** The config as it was given, with everything chosen that `AUTO` left open. */
export function chosenConfig({ config, given }: LoadedConfig, { chosen }: AutoOutcome): LoadedConfig {
  const { skip_quant_op_names: freed, ...settings } = chosen;
  const skips = [...config.skip_quant_op_names, ...freed];
  // `bn` and `winogradOpt` have no effect with what AUTO chooses.
  const kept = given.filter((key) => !['bn', 'winogradOpt', 'batch_size'].includes(key));
  const keys = [...kept, ...Object.keys(settings), ...(freed.length > 0 ? ['skip_quant_op_names'] : [])];
  return {
    config: { ...config, ...settings, skip_quant_op_names: skips } as Config,
    given: [...new Set(keys)],
    warnings: [],
  };
}

/** The text of such a config. */
export function configFileText({ config, given }: LoadedConfig): string {
  const values = config as Readonly<Record<string, unknown>>;
  return `${jsonObject(given.map((key) => ({ key, value: values[key] })))}\n`;
}
