import type {
  CalibrationJob,
  CalibrationResult,
  CorrectedBiases,
  EqualizedModel,
  Prediction,
} from '@mnnquant/calibrate';
import { predictInt8 } from '@mnnquant/calibrate';
import type { ExecutionPlan, TensorBackend } from '@mnnquant/graph';
import type { MnnModel } from '@mnnquant/mnn-format';
import type { AutoOptions } from '../auto/options.ts';
import type { AutoOutcome } from '../auto/outcome.ts';
import type { OpenedSamples, OpenOptions } from '../samples/opened.ts';
import { memoryWarnings, predictionWarnings, tensorWarnings } from '../warnings.ts';
import { type Measurement, measure } from './measure.ts';
import type { Job, Warn } from './prepare.ts';
import {
  type ChosenConfig,
  type ChosenJob,
  calibrateJob,
  correctJob,
  equalizeJob,
  rewrite,
  type StepPhase,
  withModel,
} from './steps.ts';
import { threadsOf } from './threads-of.ts';

/** What a job is through with, and how much of it there is. */
export type OnProgress = (
  phase: 'images' | StepPhase | 'judge' | 'debug' | 'report',
  done: number,
  total: number,
) => void;

export interface RunOptions
  extends Pick<OpenOptions, 'hash' | 'known'>,
    Pick<CalibrationJob, 'statistics' | 'saveStatistics'> {
  readonly backend: TensorBackend;
  /** Ops without a kernel in the backend are an error. */
  readonly strict?: boolean;
  /** For samples and activations together. */
  readonly memoryBytes: number;
  readonly onProgress?: OnProgress;
  readonly warn: Warn;
  /** Whether to measure what a report shows. */
  readonly report?: boolean;
  /** Called at the end of each phase. */
  readonly onPhase?: (phase: string) => void;
  /** With the method `AUTO`. */
  readonly auto?: AutoOptions;
}

export interface JobResult {
  /** The job as it was done: what `AUTO` left open was chosen. */
  readonly job: ChosenJob;
  readonly written: MnnModel;
  readonly calibration: CalibrationResult;
  /** With `AUTO`. */
  readonly auto?: AutoOutcome;
  /** With `equalize`. */
  readonly equalized?: EqualizedModel;
  /** With `bias_correction`. */
  readonly corrected?: CorrectedBiases;
  /** How MNN's runtime will run the written model. */
  readonly prediction: Prediction;
  /** With `debug` or for a report: how far each layer is from the float network, and more. */
  readonly measurement?: Measurement;
}

/** The share of the memory in which prepared samples are kept; more are read a second time. */
const SAMPLES_SHARE = 1 / 4;

/** Reads every sample once and keeps those for which there is memory. */
export function openSamples(
  { source }: Pick<Job, 'source'>,
  { backend, memoryBytes, hash, known, onProgress }: RunOptions,
): Promise<OpenedSamples> {
  return source.open({
    hash,
    known,
    cacheBytes: memoryBytes * SAMPLES_SHARE,
    shared: threadsOf(backend) > 1,
    onProgress: (done, total) => onProgress?.('images', done, total),
  });
}

/**
 * The work between reading and writing: with `AUTO` finds the settings first; calibrates, rewrites the model, and measures what
 * `debug` asks for.
 */
export async function runJob(asked: Job, samples: OpenedSamples, options: RunOptions): Promise<JobResult> {
  const memoryBytes = options.memoryBytes * (1 - SAMPLES_SHARE);
  options.warn(memoryWarnings(asked.plan, memoryBytes));
  const running = { ...options, memoryBytes };
  const { job, auto } = await chosen(asked, samples, running);
  const { plan, ...quantized } = await quantizeJob(job, samples, running);
  const result = { job, ...quantized, ...(auto && { auto }) };
  if (!(job.config.debug || options.report)) return result;
  return { ...result, measurement: await measureJob({ ...quantized, plan }, samples, running) };
}

/** What quantizing makes of a job. */
interface QuantizedJob
  extends Pick<JobResult, 'written' | 'calibration' | 'prediction' | 'equalized' | 'corrected'> {
  /** Of the float network that was calibrated. */
  readonly plan: ExecutionPlan;
}

/** Corrects what is to be corrected, calibrates and rewrites. */
async function quantizeJob(
  given: ChosenJob,
  samples: OpenedSamples,
  options: RunOptions,
): Promise<QuantizedJob> {
  const { warn, onPhase } = options;
  const equalized = given.config.equalize ? await equalizeJob(given, samples, options) : undefined;
  const job = equalized ? withModel(given, equalized.model) : given;
  const calibrated = await calibrateJob(job, samples, options);
  const { calibration, plan } = calibrated;
  warn(tensorWarnings(calibration, job.graph));
  onPhase?.('calibrate');
  const quantized = rewrite(calibrated, job.config);
  const corrected = job.config.bias_correction
    ? await correctJob(quantized, plan, samples, options)
    : undefined;
  const written = corrected?.model ?? quantized;
  const prediction = predictInt8(written, plan, calibration.candidates);
  warn(predictionWarnings(prediction));
  onPhase?.('rewrite');
  const corrections = { ...(equalized && { equalized }), ...(corrected && { corrected }) };
  return { written, calibration, prediction, ...corrections, plan };
}

async function measureJob(
  { plan, written, prediction }: QuantizedJob,
  samples: OpenedSamples,
  { backend, strict, memoryBytes, report, onProgress, onPhase }: RunOptions,
): Promise<Measurement> {
  const phase = report ? 'report' : 'debug';
  const measurement = await measure({
    plan,
    written,
    prediction,
    samples,
    report,
    backend,
    strict,
    memoryBytes,
    onProgress: (done, total) => onProgress?.(phase, done, total),
  });
  onPhase?.('measure');
  return measurement;
}

/** With `AUTO`: the job with the settings that were found. */
async function chosen(
  job: Job,
  samples: OpenedSamples,
  options: RunOptions,
): Promise<{ readonly job: ChosenJob; readonly auto?: AutoOutcome }> {
  if (job.config.feature_quantize_method !== 'AUTO')
    return { job: { ...job, config: job.config as ChosenConfig } };
  const { searchSettings } = await import('../auto/search.ts');
  const { config, outcome } = await searchSettings(job, samples, options);
  options.onPhase?.('search');
  return { job: { ...job, config }, auto: outcome };
}
