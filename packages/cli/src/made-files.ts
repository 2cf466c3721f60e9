import { scalesJson } from '@mnnquant/calibrate';
import { autoConfigPath, chosenConfig, configFileText } from './auto/config-file.ts';
import { type DebugReport, debugJson, debugReport } from './debug-report.ts';
import type { FileJob } from './file-job.ts';
import type { Output } from './files.ts';
import { debugPath, hasWeightFile, modelFiles } from './model-files.ts';
import type { CheckedOptions } from './options.ts';
import type { FinishedRun } from './report/make-report.ts';
import type { Report } from './report/schema.ts';

/** A file, and what it tells as data. */
interface Told<T> {
  readonly content: T;
  readonly output: Output;
}

/** What a run has made, about to be written. */
export interface MadeFiles {
  readonly model: Output;
  /** Weights in a file of their own, where the source's are. */
  readonly weights?: Output | undefined;
  readonly scales: Output;
  /** With `AUTO`: the config that makes the same. */
  readonly config?: Output | undefined;
  readonly debug?: Told<DebugReport> | undefined;
  readonly statistics?: Output | undefined;
  readonly report?: Told<Report> | undefined;
}

/** A run that is through with its samples. */
type Run = Pick<FinishedRun, 'samples' | 'result' | 'chosen' | 'warnings' | 'clock'> & {
  readonly job: FileJob;
};

/** The content of all files. */
export async function madeFiles(options: CheckedOptions, run: Run): Promise<MadeFiles> {
  const { target } = options;
  const { job, samples, result, chosen } = run;
  const found = result.auto && chosenConfig(job.loaded, result.auto);
  const config = found && { path: autoConfigPath(target), bytes: encoded(configFileText(found)) };
  const written = modelFiles(result.written, target, hasWeightFile(job.read));
  const [model, weights] = written;
  return {
    model,
    weights,
    scales: { path: `${target}.json`, bytes: encoded(scalesJson(result.written)) },
    config,
    debug: debugOf(run, model),
    statistics: job.use?.output(job, samples, result.calibration.statistics, chosen.backend),
    report: await reportOf({
      ...run,
      options,
      config: found ?? job.loaded,
      ...(config && { configFile: config }),
      sources: job.read.files,
      written,
    }),
  };
}

/** In the order in which they are written. */
export function outputsOf(made: MadeFiles): Output[] {
  const { model, weights, scales, config, debug, statistics, report } = made;
  const others = [report?.output, statistics, config, debug?.output, scales];
  return [
    ...others.filter((output) => output !== undefined),
    // The model comes last: an older one with new weights would be read without complaint, and compute nonsense.
    ...(weights ? [{ ...weights, belongsToLater: true }] : []),
    model,
  ];
}

function debugOf({ job, samples, result }: Run, model: Output): Told<DebugReport> | undefined {
  if (!job.config.debug) return undefined;
  const content = debugReport(result.measurement!.layers, model, samples);
  return { content, output: { path: debugPath(model.path), bytes: encoded(debugJson(content)) } };
}

/** Loaded here, since few runs have a report. */
async function reportOf(run: FinishedRun): Promise<Told<Report> | undefined> {
  const path = run.options.report;
  if (path === undefined) return undefined;
  const [{ makeReport }, { reportFile }] = await Promise.all([
    import('./report/make-report.ts'),
    import('./report/report-file.ts'),
  ]);
  const content = await makeReport(run);
  return { content, output: await reportFile(path, content) };
}

function encoded(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
