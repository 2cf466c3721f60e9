import type { ChosenBackend } from '../backend/choose.ts';
import type { Config } from '../config/schema.ts';
import type { Output } from '../files.ts';
import type { Job } from '../job/prepare.ts';
import type { JobResult } from '../job/run.ts';
import { seeSamples } from '../job/see-samples.ts';
import { threadsOf } from '../job/threads-of.ts';
import type { CheckedOptions } from '../options.ts';
import { roundingOutcome } from '../rounding-outcome.ts';
import type { OpenedSamples } from '../samples/opened.ts';
import { VERSION } from '../version.ts';
import { assembleReport } from './assemble.ts';
import { reportedAuto } from './auto.ts';
import type { PhaseClock } from './clock.ts';
import { commandLine } from './command-line.ts';
import { reportedCorrections } from './corrections.ts';
import { hashBytes, hashFiles, hashSamples } from './hashes.ts';
import { encodePng, imageVersions } from './png.ts';
import type { Report } from './schema.ts';

/** A run whose result is about to be written. */
export interface FinishedRun {
  readonly options: CheckedOptions;
  /** As it was read, or as `AUTO` chose it. */
  readonly config: { readonly config: Config; readonly given: readonly string[] };
  /** Where it is written, if it is. */
  readonly configFile?: Output;
  readonly job: Job;
  readonly samples: OpenedSamples;
  readonly result: JobResult;
  /** What was read as the model. */
  readonly sources: readonly string[];
  /** The files of the written model. */
  readonly written: readonly Output[];
  readonly chosen: ChosenBackend;
  readonly warnings: readonly string[];
  readonly clock: PhaseClock;
}

/**
 * The report of a run that measured what it needs.
 *
 * @throws {QuantizeError} where a file that was read cannot be read again, for its hash
 */
export async function makeReport(run: FinishedRun): Promise<Report> {
  const { job, samples, result, clock } = run;
  const { layers, report: measured } = result.measurement!;
  const seen = await seeSamples({ samples, plan: job.plan, config: job.config, encode: encodePng });
  const { learned } = result.calibration;
  const [source, reproduce] = [await hashFiles(run.sources), await reproduceOf(run)];
  clock.lap('report');
  return assembleReport({
    tool: `mnnquant ${VERSION}`,
    source,
    written: hashBytes(
      run.options.target,
      run.written.map(({ bytes }) => bytes),
    ),
    reproduce,
    layers,
    measured: measured!,
    prediction: result.prediction,
    corrections: reportedCorrections(result.equalized, result.corrected),
    rounding: learned && roundingOutcome(learned),
    auto: result.auto && reportedAuto(result.auto),
    bits: job.config.quant_bits,
    warnings: run.warnings,
    samples: seen,
    skipped: samples.skipped,
    timings: clock.timings,
  });
}

async function reproduceOf({
  options,
  config,
  configFile,
  job,
  samples,
  chosen,
}: FinishedRun): Promise<Report['reproduce']> {
  const isImages = config.config.input_type === 'image';
  return {
    command: commandLine({ ...options, config: configFile?.path ?? options.config }),
    config: { ...config.config },
    configFile: configFile
      ? hashBytes(configFile.path, [configFile.bytes])
      : await hashFiles([options.config]),
    given: [...config.given],
    samplesSha256: await hashSamples(job.config.path, samples.files),
    versions: {
      mnnquant: VERSION,
      node: process.versions.node,
      ...(isImages && (await imageVersions())),
    },
    device: chosen.backend.device,
    backend: chosen.outcome.name,
    threads: threadsOf(chosen.backend),
  };
}
