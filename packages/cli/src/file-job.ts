import { autoConfigPath } from './auto/config-file.ts';
import type { AutoUse } from './auto/use.ts';
import { checkTargets } from './check-targets.ts';
import type { LoadedConfig } from './config/check.ts';
import type { Config } from './config/schema.ts';
import { type Job, prepareJob, type Warn } from './job/prepare.ts';
import { debugPath, hasWeightFile, weightPath } from './model-files.ts';
import type { CheckedOptions, QuantizeOptions } from './options.ts';
import { readSource } from './read-source.ts';
import { sampleSource } from './samples/source.ts';
import type { SourceModel } from './source-model.ts';
import { staleWeightFile } from './stale-weight-file.ts';
import type { StatisticsUse } from './statistics/use.ts';

/** A job whose model and config were read from files. */
export interface FileJob extends Job {
  readonly read: SourceModel;
  readonly use: StatisticsUse | undefined;
  /** With `AUTO`. */
  readonly search: AutoUse | undefined;
  /** The config as it was read. */
  readonly loaded: LoadedConfig;
}

/** Files that will be written; whether one with weights is among them is known once the source is read. */
export function targetsOf(
  { target, saveStats, report }: QuantizeOptions,
  { debug, feature_quantize_method: method }: Config,
  read?: SourceModel,
): string[] {
  const weights = read && hasWeightFile(read) ? [weightPath(target)] : [];
  const config = method === 'AUTO' ? autoConfigPath(target) : undefined;
  const others = [saveStats, report, config].filter((path) => path !== undefined);
  return [target, `${target}.json`, ...weights, ...(debug ? [debugPath(target)] : []), ...others];
}

/**
 * Everything that can be wrong without reading all samples.
 *
 * @throws {UsageError} where arguments, config and model do not fit
 */
export async function prepareFileJob(
  options: CheckedOptions,
  loaded: LoadedConfig,
  warn: Warn,
): Promise<Omit<FileJob, 'use'>> {
  const { source, loadStats } = options;
  const given = loaded.config;
  const inputs = [options.config, ...(loadStats === undefined ? [] : [loadStats])];
  checkTargets(targetsOf(options, given), [source, weightPath(source), ...inputs]);
  const read = readSource(source);
  checkTargets(targetsOf(options, given, read), [...read.files, ...inputs]);
  warn(staleWeightFile(options.target, hasWeightFile(read)));
  const job = await prepareJob(read.model, given, sampleSource, warn);
  return { ...job, read, loaded, search: await autoUse(options, loaded, job) };
}

/** Loaded here, since not every run searches. */
async function autoUse(
  options: CheckedOptions,
  { given }: LoadedConfig,
  job: Job,
): Promise<AutoUse | undefined> {
  if (job.config.feature_quantize_method !== 'AUTO') return undefined;
  const { AutoUse: Use } = await import('./auto/use.ts');
  return Use.prepare(options.auto ?? {}, given, job);
}
