import {
  type CalibrationJob,
  type CalibrationResult,
  type CorrectedBiases,
  calibrate,
  correctBiases,
  type EqualizedModel,
  equalize,
  type Prediction,
  predictInt8,
  quantizeModel,
  quantizeWeights,
  trainingForward,
  withScalesForPieces,
} from '@mnnquant/calibrate';
import {
  buildGraph,
  createPlan,
  type ExecutionPlan,
  type GraphNode,
  type TensorBackend,
} from '@mnnquant/graph';
import type { MnnModel } from '@mnnquant/mnn-format';
import type { Config } from '../config/schema.ts';
import { emaConfig, weightConfig } from '../method-config.ts';
import type { OpenedSamples, OpenOptions } from '../samples/opened.ts';
import { memoryWarnings, predictionWarnings, tensorWarnings } from '../warnings.ts';
import { type Measurement, measure } from './measure.ts';
import type { Job, Warn } from './prepare.ts';
import { threadsOf } from './threads-of.ts';

/** What a job is through with, and how much of it there is. */
export type OnProgress = (
  phase: 'images' | 'equalize' | 'round' | 'calibrate' | 'correct' | 'debug' | 'report',
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
}

export interface JobResult {
  readonly written: MnnModel;
  readonly calibration: CalibrationResult;
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
  { source }: Job,
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

/** The work between reading and writing: calibrates, rewrites the model, and measures what `debug` asks for. */
export async function runJob(given: Job, samples: OpenedSamples, options: RunOptions): Promise<JobResult> {
  const { onProgress, warn, onPhase, report } = options;
  const memoryBytes = options.memoryBytes * (1 - SAMPLES_SHARE);
  warn(memoryWarnings(given.plan, memoryBytes));
  const equalized = await equalizedModel(given, samples, { ...options, memoryBytes });
  const job = equalized ? withModel(given, equalized.model) : given;
  const { calibration, model, plan } = await runCalibration(job, samples, { ...options, memoryBytes });
  warn(tensorWarnings(calibration, job.graph));
  onPhase?.('calibrate');
  const quantized = rewrite(model, plan, calibration, job.config);
  const corrected = await correct(quantized, plan, job.config, samples, { ...options, memoryBytes });
  const written = corrected?.model ?? quantized;
  const prediction = predictInt8(written, plan, calibration.candidates);
  warn(predictionWarnings(prediction));
  onPhase?.('rewrite');
  const result = {
    written,
    calibration,
    prediction,
    ...(equalized && { equalized }),
    ...(corrected && { corrected }),
  };
  if (!(job.config.debug || report)) return result;
  const phase = report ? 'report' : 'debug';
  const measurement = await measure({
    plan,
    written,
    prediction,
    samples,
    report,
    backend: options.backend,
    strict: options.strict,
    memoryBytes,
    onProgress: (done, total) => onProgress?.(phase, done, total),
  });
  onPhase?.('measure');
  return { ...result, measurement };
}

/** With `equalize`: the network whose channels have more equal ranges. */
async function equalizedModel(
  { config, inference, plan }: Job,
  samples: OpenedSamples,
  { backend, strict, memoryBytes, onProgress }: RunOptions,
): Promise<EqualizedModel | undefined> {
  if (!config.equalize) return undefined;
  return equalize({
    model: inference.folded.model,
    plan,
    backend,
    samples,
    strict,
    memoryBudgetBytes: memoryBytes,
    onProgress: (done, total) => onProgress?.('equalize', done, total),
  });
}

/** The job for a network with other weights. */
function withModel(job: Job, model: MnnModel): Job {
  const graph = buildGraph(model, { leaveOutTail: true });
  const inference = { ...job.inference, folded: { ...job.inference.folded, model } };
  return { ...job, inference, graph, plan: createPlan(graph, shapesOf(job.plan)) };
}

function shapesOf({ inputs }: ExecutionPlan): ReadonlyMap<string, readonly number[]> {
  return new Map(inputs.map(({ name, desc }) => [name, desc.shape]));
}

/** With `bias_correction`. */
async function correct(
  model: MnnModel,
  plan: ExecutionPlan,
  config: Config,
  samples: OpenedSamples,
  { backend, strict, memoryBytes, onProgress }: RunOptions,
): Promise<CorrectedBiases | undefined> {
  if (!config.bias_correction) return undefined;
  const graph = buildGraph(model, { leaveOutTail: true });
  return correctBiases({
    plan,
    model,
    quantizedPlan: createPlan(graph, shapesOf(plan)),
    backend,
    samples,
    strict,
    memoryBudgetBytes: memoryBytes,
    onProgress: (done, total) => onProgress?.('correct', done, total),
  });
}

interface CalibratedModel {
  readonly calibration: CalibrationResult;
  readonly model: MnnModel;
  /** Of that model. */
  readonly plan: ExecutionPlan;
}

async function runCalibration(
  { config, inference, source, plan }: Job,
  samples: OpenedSamples,
  { backend, strict, memoryBytes, statistics, saveStatistics, onProgress }: RunOptions,
): Promise<CalibratedModel> {
  const { folded } = inference;
  const skip = (node: GraphNode): boolean => config.skip_quant_op_names.includes(node.name);
  const weights = weightConfig(config);
  const training = inference.training
    ? trainingForward({ source: inference.source, folded, plan, backend, skip, weights })
    : undefined;
  const calibration = await calibrate({
    plan,
    backend,
    samples,
    config: {
      featureMethod: config.feature_quantize_method,
      featureClamp: config.feature_clamp_value,
      featurePercentile: config.feature_percentile,
      featureAsymmetric: config.feature_asymmetric,
      ema: { ...emaConfig(config, plan.graph), forward: training?.forward },
      weights,
      skip,
    },
    memoryBudgetBytes: memoryBytes,
    strict,
    statistics,
    saveStatistics,
    onProgress: (done, total) => onProgress?.('calibrate', done, total),
    onRounding: (done, total) => onProgress?.('round', done, total),
  });
  if (training === undefined) return { calibration, model: folded.model, plan };
  // The weights of the result are others than those of the run.
  const { model } = training.finish();
  const graph = buildGraph(model, { leaveOutTail: true });
  return { calibration, model, plan: createPlan(graph, source.shapes) };
}

function rewrite(
  model: MnnModel,
  plan: ExecutionPlan,
  { scales, candidates, winograd, weights: rounded }: CalibrationResult,
  config: Config,
): MnnModel {
  const plain = rounded ?? quantizeWeights(plan, candidates, weightConfig(config));
  const weights = winograd?.observer.withAttributes(plain) ?? plain;
  const quantized = quantizeModel(model, {
    scales: scales.tensors,
    weights,
    means: candidates.means,
    apart: candidates.apart,
  });
  return withScalesForPieces(quantized, plan);
}
