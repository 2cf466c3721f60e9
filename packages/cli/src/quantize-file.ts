import { scalesJson } from '@mnnquant/calibrate';
import type { MnnModel } from '@mnnquant/mnn-format';
import { type ChosenBackend, startBackend } from './backend/choose.ts';
import { withWayOut } from './backend/gpu-failure.ts';
import type { BackendOutcome } from './backend/outcome.ts';
import { loadConfig } from './config/load.ts';
import type { Config } from './config/schema.ts';
import { type DebugReport, debugJson, debugReport } from './debug-report.ts';
import { checkTargets, type Output, writeTogether } from './files.ts';
import { type JobOutcome, jobOutcome } from './job/outcome.ts';
import { type Job, prepareJob, type Warn } from './job/prepare.ts';
import { openSamples, type RunOptions, runJob } from './job/run.ts';
import { debugPath, hasWeightFile, modelFiles, weightPath } from './model-files.ts';
import { type CheckedOptions, checkedOptions, type QuantizeOptions } from './options.ts';
import { readSource } from './read-source.ts';
import { sampleWarnings } from './samples/asked-for.ts';
import { sampleSource } from './samples/source.ts';
import type { SourceModel } from './source-model.ts';
import { staleWeightFile } from './stale-weight-file.ts';

export type { QuantizeOptions } from './options.ts';

/** What was done, for a person or a script. */
export interface QuantizeOutcome extends JobOutcome {
  readonly source: string;
  readonly target: string;
  readonly sourceBytes: number;
  readonly targetBytes: number;
  readonly warnings: readonly string[];
  /** What computed, and why that. */
  readonly backend: BackendOutcome;
  readonly fastMath: boolean;
  /** With `debug`: how far each layer is from the float network; also in `DST.mnn.debug.json`. */
  readonly debug?: DebugReport;
  readonly seconds: number;
}

/**
 * The whole job: `SRC.mnn` and a folder of images in, `DST.mnn` and `DST.mnn.json` out, and
 * `DST.mnn.weight` where the source had its weights in such a file.
 *
 * All files are written together at the end, or not at all.
 *
 * @throws {UsageError} where the arguments or the config are wrong (nothing was computed)
 */
export async function quantizeFile(given: QuantizeOptions): Promise<QuantizeOutcome> {
  const started = performance.now();
  const options = checkedOptions(given);
  const warnings: string[] = [];
  const warn: Warn = (messages) => {
    warnings.push(...messages);
    for (const message of messages) options.onWarning?.(message);
  };
  const loaded = loadConfig(options.config);
  warn(loaded.warnings);
  const choice = startBackend(options, loaded.config);
  try {
    const job = await prepare(options, loaded.config, warn);
    const chosen = await choice.get(job.plan, job.source.count);
    const done = await withWayOut(chosen.outcome, () => quantizeSamples(options, job, chosen, warn));
    return { ...done, warnings, seconds: (performance.now() - started) / 1000 };
  } finally {
    await choice.dispose();
  }
}

async function quantizeSamples(
  options: CheckedOptions,
  job: FileJob,
  { backend, outcome }: ChosenBackend,
  warn: Warn,
): Promise<Omit<QuantizeOutcome, 'warnings' | 'seconds'>> {
  const { source, target, memoryBytes, strictBackend: strict, onProgress } = options;
  const { config, read } = job;
  const running: RunOptions = { backend, strict, memoryBytes, onProgress, warn };
  const samples = await openSamples(job, running);
  warn(sampleWarnings(config, samples));
  checkTargets(targetsOf(options, config, read), samples.files);
  const result = await runJob(job, samples, running);
  const files = modelFiles(result.written, target, hasWeightFile(read));
  const debug = result.layers && debugReport(result.layers, files[0], samples);
  writeResult(result.written, files, debug);
  return {
    source,
    target,
    sourceBytes: read.bytes,
    targetBytes: files.reduce((sum, { bytes }) => sum + bytes.length, 0),
    ...jobOutcome(job, samples, result, backend),
    backend: outcome,
    fastMath: options.fastMath ?? false,
    ...(debug && { debug }),
  };
}

interface FileJob extends Job {
  readonly read: SourceModel;
}

/** Files that will be written; whether one with weights is among them is known once the source is read. */
function targetsOf({ target }: QuantizeOptions, { debug }: Config, read?: SourceModel): string[] {
  const weights = read && hasWeightFile(read) ? [weightPath(target)] : [];
  return [target, `${target}.json`, ...weights, ...(debug ? [debugPath(target)] : [])];
}

/** Everything that can be wrong without reading all samples. */
async function prepare(options: QuantizeOptions, given: Config, warn: Warn): Promise<FileJob> {
  checkTargets(targetsOf(options, given), [options.source, weightPath(options.source), options.config]);
  const read = readSource(options.source);
  checkTargets(targetsOf(options, given, read), [...read.files, options.config]);
  warn(staleWeightFile(options.target, hasWeightFile(read)));
  return { ...(await prepareJob(read.model, given, sampleSource, warn)), read };
}

/** Writes the model and what belongs to it. */
function writeResult(
  written: MnnModel,
  files: readonly [Output, ...Output[]],
  debug: DebugReport | undefined,
): void {
  const target = files[0].path;
  const text = (content: string): Uint8Array => new TextEncoder().encode(content);
  writeTogether([
    ...(debug ? [{ path: debugPath(target), bytes: text(debugJson(debug)) }] : []),
    { path: `${target}.json`, bytes: text(scalesJson(written)) },
    ...files,
  ]);
}
