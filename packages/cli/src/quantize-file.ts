import { scalesJson } from '@mnnquant/calibrate';
import { autoConfigPath, chosenConfig, configFileText } from './auto/config-file.ts';
import type { AutoOutcome } from './auto/outcome.ts';
import type { AutoUse } from './auto/use.ts';
import { type ChosenBackend, startBackend } from './backend/choose.ts';
import { withWayOut } from './backend/gpu-failure.ts';
import type { BackendOutcome } from './backend/outcome.ts';
import { checkTargets } from './check-targets.ts';
import type { LoadedConfig } from './config/check.ts';
import { loadConfig } from './config/load.ts';
import type { Config } from './config/schema.ts';
import { type DebugReport, debugJson, debugReport } from './debug-report.ts';
import { messageOf, UsageError } from './errors.ts';
import { type Output, writeTogether } from './files.ts';
import { type JobOutcome, jobOutcome } from './job/outcome.ts';
import { type Job, prepareJob, type Warn } from './job/prepare.ts';
import { openSamples, type RunOptions, runJob } from './job/run.ts';
import { debugPath, hasWeightFile, modelFiles, weightPath } from './model-files.ts';
import { type CheckedOptions, checkedOptions, type QuantizeOptions } from './options.ts';
import { readSource } from './read-source.ts';
import { PhaseClock } from './report/clock.ts';
import type { FinishedRun } from './report/make-report.ts';
import type { Report } from './report/schema.ts';
import { sampleWarnings } from './samples/asked-for.ts';
import { sampleSource } from './samples/source.ts';
import type { SourceModel } from './source-model.ts';
import { staleWeightFile } from './stale-weight-file.ts';
import type { StatisticsOutcome } from './statistics/outcome.ts';
import type { StatisticsUse } from './statistics/use.ts';

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
  /** With `AUTO`: what was tried, and what was chosen. */
  readonly auto?: AutoOutcome;
  /** Where the config went that makes the same file. */
  readonly configFile?: string;
  /** With `saveStats` and `loadStats`. */
  readonly statistics?: StatisticsOutcome;
  /** With the option `report`: what it shows, as data. */
  readonly report?: Report;
  /** Where that went. */
  readonly reportFile?: string;
  readonly seconds: number;
}

/**
 * The whole job: `SRC.mnn` and a folder of images in, `DST.mnn` and `DST.mnn.json` out, and
 * `DST.mnn.weight` where the source had its weights in such a file; with `AUTO` also `DST.mnn.config.json`.
 *
 * All files are written together at the end, or not at all.
 *
 * @throws {UsageError} where the arguments or the config are wrong (nothing was computed)
 */
export async function quantizeFile(given: QuantizeOptions): Promise<QuantizeOutcome> {
  const started = performance.now();
  const clock = new PhaseClock();
  const options = checkedOptions(given);
  checkWorkingDirectory();
  const warnings: string[] = [];
  const warn: Warn = (messages) => {
    warnings.push(...messages);
    for (const message of messages) options.onWarning?.(message);
  };
  const loaded = loadedConfig(options);
  warn(loaded.warnings);
  const use = await statisticsUse(options, loaded.config);
  const searches = loaded.config.feature_quantize_method === 'AUTO';
  const choice = startBackend(use?.backendOptions ?? backendOptions(options, searches), loaded.config);
  try {
    const job = { ...(await prepare(options, loaded, warn)), use };
    const chosen = await choice.get(job.plan, job.source.count * (searches ? RUNS_OF_A_SEARCH : 1));
    clock.lap('read');
    const watched = { warn, warnings, clock };
    const done = await withWayOut(chosen.outcome, () => quantizeSamples(options, job, chosen, watched));
    return { ...done, warnings, seconds: (performance.now() - started) / 1000 };
  } finally {
    await choice.dispose();
  }
}

/** About; most searches take more. */
const RUNS_OF_A_SEARCH = 20;

/** The simulator, which a search runs most of the time, has kernels for the CPU. */
function backendOptions(options: CheckedOptions, searches: boolean): CheckedOptions {
  return searches && options.backend === 'auto' ? { ...options, backend: 'cpu' } : options;
}

/** The config; whoever asks for a search need not write it into the file. */
function loadedConfig({ config: file, auto }: CheckedOptions): LoadedConfig {
  const loaded = loadConfig(file);
  if (auto === undefined) return loaded;
  return { ...loaded, config: { ...loaded.config, feature_quantize_method: 'AUTO' } };
}

/** Loaded here, since few runs have to do with saved statistics. */
async function statisticsUse(options: CheckedOptions, config: Config): Promise<StatisticsUse | undefined> {
  if (options.saveStats === undefined && options.loadStats === undefined) return undefined;
  return new (await import('./statistics/use.ts')).StatisticsUse(options, config);
}

/** @throws {UsageError} where it was removed: no name that does not begin at the root can be found from there */
function checkWorkingDirectory(): void {
  try {
    process.cwd();
  } catch (error) {
    throw new UsageError(`the working directory is gone; change to one that is there (${messageOf(error)})`);
  }
}

/** What is noted while a job runs. */
interface Watched {
  readonly warn: Warn;
  readonly warnings: readonly string[];
  readonly clock: PhaseClock;
}

async function quantizeSamples(
  options: CheckedOptions,
  job: FileJob,
  chosen: ChosenBackend,
  { warn, warnings, clock }: Watched,
): Promise<Omit<QuantizeOutcome, 'warnings' | 'seconds'>> {
  const { source, target, memoryBytes, strictBackend: strict, onProgress } = options;
  const { config, read, use, search } = job;
  const { backend } = chosen;
  const opening: RunOptions = {
    backend,
    strict,
    memoryBytes,
    onProgress,
    warn,
    report: options.report !== undefined,
    onPhase: clock.lap,
    ...use?.opening,
    ...use?.calibration,
  };
  const reading = search?.hasOwnSamples ? { ...opening, memoryBytes: memoryBytes / 2 } : opening;
  const samples = await openSamples(job, reading);
  const auto = await search?.open(reading);
  clock.lap('images');
  warn([...sampleWarnings(config, samples), ...(auto?.warnings ?? [])]);
  checkTargets(targetsOf(options, config, read), [...samples.files, ...(auto?.files ?? [])]);
  use?.check(job, samples);
  const result = await runJob(job, samples, { ...opening, ...(auto && { auto: auto.options }) });
  const written = result.auto ? chosenConfig(job.loaded, result.auto) : undefined;
  const text = written && encoded(configFileText(written));
  const files = modelFiles(result.written, target, hasWeightFile(read));
  const debug = config.debug ? debugReport(result.measurement!.layers, files[0], samples) : undefined;
  const statistics = use?.output(job, samples, result.calibration.statistics, backend);
  const configFile = text && { path: autoConfigPath(target), bytes: text };
  const done = {
    options,
    config: written ?? job.loaded,
    ...(configFile && { configFile }),
    job,
    samples,
    result,
    sources: read.files,
    written: files,
  };
  const reported = await reportOf({ ...done, chosen, warnings, clock });
  const [model, ...weights] = files;
  // A signal that came during the last step has its turn while there is nothing to lose yet.
  await new Promise(setImmediate);
  writeTogether([
    ...(reported ? [reported.output] : []),
    ...(statistics ? [statistics] : []),
    ...(configFile ? [configFile] : []),
    ...(debug ? [{ path: debugPath(target), bytes: encoded(debugJson(debug)) }] : []),
    { path: `${target}.json`, bytes: encoded(scalesJson(result.written)) },
    // The model comes last: an older one with new weights would be read without complaint, and compute nonsense.
    ...weights.map((file) => ({ ...file, belongsToLater: true })),
    model,
  ]);
  options.onWritten?.();
  const used = use?.outcome(statistics);
  return {
    source,
    target,
    sourceBytes: read.bytes,
    targetBytes: files.reduce((sum, { bytes }) => sum + bytes.length, 0),
    ...jobOutcome(job, samples, result, backend),
    backend: use?.backendOutcome(chosen) ?? chosen.outcome,
    fastMath: options.fastMath ?? false,
    ...(result.auto && { auto: result.auto, configFile: autoConfigPath(target) }),
    ...(debug && { debug }),
    ...(used && { statistics: used }),
    ...(reported && { report: reported.report, reportFile: options.report }),
  };
}

/** Loaded here, since few runs have a report. */
async function reportOf(run: FinishedRun): Promise<{ report: Report; output: Output } | undefined> {
  const path = run.options.report;
  if (path === undefined) return undefined;
  const [{ makeReport }, { reportFile }] = await Promise.all([
    import('./report/make-report.ts'),
    import('./report/report-file.ts'),
  ]);
  const report = await makeReport(run);
  return { report, output: await reportFile(path, report) };
}

function encoded(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

interface FileJob extends Job {
  readonly read: SourceModel;
  readonly use: StatisticsUse | undefined;
  /** With `AUTO`. */
  readonly search: AutoUse | undefined;
  /** The config as it was read. */
  readonly loaded: LoadedConfig;
}

/** Files that will be written; whether one with weights is among them is known once the source is read. */
function targetsOf(
  { target, saveStats, report }: QuantizeOptions,
  { debug, feature_quantize_method: method }: Config,
  read?: SourceModel,
): string[] {
  const weights = read && hasWeightFile(read) ? [weightPath(target)] : [];
  const config = method === 'AUTO' ? autoConfigPath(target) : undefined;
  const others = [saveStats, report, config].filter((path) => path !== undefined);
  return [target, `${target}.json`, ...weights, ...(debug ? [debugPath(target)] : []), ...others];
}

/** Everything that can be wrong without reading all samples. */
async function prepare(
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
