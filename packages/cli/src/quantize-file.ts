import type { AutoOutcome } from './auto/outcome.ts';
import { type ChosenBackend, startBackend } from './backend/choose.ts';
import { withWayOut } from './backend/gpu-failure.ts';
import type { BackendOutcome } from './backend/outcome.ts';
import { checkTargets } from './check-targets.ts';
import type { LoadedConfig } from './config/check.ts';
import { loadConfig } from './config/load.ts';
import type { Config } from './config/schema.ts';
import type { DebugReport } from './debug-report.ts';
import { messageOf, UsageError } from './errors.ts';
import { type FileJob, prepareFileJob, targetsOf } from './file-job.ts';
import { writeTogether } from './files.ts';
import { type JobOutcome, jobOutcome } from './job/outcome.ts';
import type { Warn } from './job/prepare.ts';
import { openSamples, type RunOptions, runJob } from './job/run.ts';
import { madeFiles, outputsOf } from './made-files.ts';
import { type CheckedOptions, checkedOptions, type QuantizeOptions } from './options.ts';
import { PhaseClock } from './report/clock.ts';
import type { Report } from './report/schema.ts';
import { sampleWarnings } from './samples/asked-for.ts';
import type { OpenedSamples } from './samples/opened.ts';
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
  /** Where weights went that lie in a file of their own, as the source's do. */
  readonly weightFile?: string;
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
    const job = { ...(await prepareFileJob(options, loaded, warn)), use };
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
  watched: Watched,
): Promise<Omit<QuantizeOutcome, 'warnings' | 'seconds'>> {
  const { source, target } = options;
  const { samples, running } = await openedSamples(options, job, chosen, watched);
  const result = await runJob(job, samples, running);
  const made = await madeFiles(options, { job, samples, result, chosen, ...watched });
  // A signal that came during the last step has its turn while there is nothing to lose yet.
  await new Promise(setImmediate);
  writeTogether(outputsOf(made));
  options.onWritten?.();
  const { model, weights, config, debug, statistics, report } = made;
  const used = job.use?.outcome(statistics);
  return {
    source,
    target,
    sourceBytes: job.read.bytes,
    targetBytes: model.bytes.length + (weights?.bytes.length ?? 0),
    ...jobOutcome(job, samples, result, chosen.backend),
    backend: job.use?.backendOutcome(chosen) ?? chosen.outcome,
    fastMath: options.fastMath ?? false,
    ...(weights && { weightFile: weights.path }),
    ...(result.auto && { auto: result.auto, configFile: config!.path }),
    ...(debug && { debug: debug.content }),
    ...(used && { statistics: used }),
    ...(report && { report: report.content, reportFile: report.output.path }),
  };
}

/** Reads all samples, and sees to it that nothing that was read is written over. */
async function openedSamples(
  options: CheckedOptions,
  job: FileJob,
  { backend }: ChosenBackend,
  { warn, clock }: Watched,
): Promise<{ samples: OpenedSamples; running: RunOptions }> {
  const { memoryBytes, strictBackend: strict, onProgress } = options;
  const { config, read, use, search } = job;
  const running: RunOptions = {
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
  const reading = search?.hasOwnSamples ? { ...running, memoryBytes: memoryBytes / 2 } : running;
  const samples = await openSamples(job, reading);
  const auto = await search?.open(reading);
  clock.lap('images');
  warn([...sampleWarnings(config, samples), ...(auto?.warnings ?? [])]);
  checkTargets(targetsOf(options, config, read), [...samples.files, ...(auto?.files ?? [])]);
  use?.check(job, samples);
  return { samples, running: { ...running, ...(auto && { auto: auto.options }) } };
}
