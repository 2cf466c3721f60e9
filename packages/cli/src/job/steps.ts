import {
  type CalibrationConfig,
  type CalibrationJob,
  type CalibrationResult,
  type CorrectedBiases,
  calibrate,
  correctBiases,
  type EmaForward,
  type EqualizedModel,
  equalize,
  type FeatureMethod,
  type FloatMeans,
  findsZeroPoints,
  quantizeModel,
  quantizeWeights,
  trainingForward,
  type WeightsByOp,
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
import type { OpenedSamples } from '../samples/opened.ts';
import type { Job } from './prepare.ts';

/** A config that says all: what `AUTO` leaves open was chosen. */
export type ChosenConfig = Config & { readonly feature_quantize_method: FeatureMethod };

/** A job whose config says all. */
export interface ChosenJob extends Job {
  readonly config: ChosenConfig;
}

/** What the steps of a job run with. */
export interface StepOptions {
  readonly backend: TensorBackend;
  /** Ops without a kernel in the backend are an error. */
  readonly strict?: boolean;
  /** For activations. */
  readonly memoryBytes: number;
  readonly onProgress?: (phase: StepPhase, done: number, total: number) => void;
}

export type StepPhase = 'equalize' | 'round' | 'calibrate' | 'correct';

/** The float network whose channels have more equal ranges (`equalize`). */
export function equalizeJob(
  { config, inference, plan }: ChosenJob,
  samples: OpenedSamples,
  { backend, strict, memoryBytes, onProgress }: StepOptions,
): Promise<EqualizedModel> {
  return equalize({
    model: inference.folded.model,
    plan,
    asymmetric: findsZeroPoints(config.feature_quantize_method, config.feature_asymmetric),
    backend,
    samples,
    strict,
    memoryBudgetBytes: memoryBytes,
    onProgress: (done, total) => onProgress?.('equalize', done, total),
  });
}

/** The job for a network with other weights. */
export function withModel<J extends Job>(job: J, model: MnnModel): J {
  const graph = buildGraph(model, { leaveOutTail: true });
  const inference = { ...job.inference, folded: { ...job.inference.folded, model } };
  return { ...job, inference, graph, plan: createPlan(graph, shapesOf(job.plan)) };
}

function shapesOf({ inputs }: ExecutionPlan): ReadonlyMap<string, readonly number[]> {
  return new Map(inputs.map(({ name, desc }) => [name, desc.shape]));
}

export interface CalibratedModel {
  readonly calibration: CalibrationResult;
  readonly model: MnnModel;
  /** Of that model. */
  readonly plan: ExecutionPlan;
}

/** Scales, and weights on the way unless `known` are there already. */
export async function calibrateJob(
  job: ChosenJob,
  samples: OpenedSamples,
  options: StepOptions & Pick<CalibrationJob, 'statistics' | 'saveStatistics'>,
  known?: WeightsByOp,
): Promise<CalibratedModel> {
  const { inference, source, plan } = job;
  const { backend, strict, memoryBytes, statistics, saveStatistics, onProgress } = options;
  const training = inference.training ? trainingOf(job, backend) : undefined;
  const calibration = await calibrate({
    plan,
    backend,
    samples,
    config: calibrationConfig(job, training?.forward, known === undefined),
    memoryBudgetBytes: memoryBytes,
    strict,
    statistics,
    saveStatistics,
    onProgress: (done, total) => onProgress?.('calibrate', done, total),
    onRounding: (done, total) => onProgress?.('round', done, total),
  });
  const found = known ? { ...calibration, weights: known } : calibration;
  if (training === undefined) return { calibration: found, model: inference.folded.model, plan };
  // The weights of the result are others than those of the run.
  const { model } = training.finish();
  const graph = buildGraph(model, { leaveOutTail: true });
  return { calibration: found, model, plan: createPlan(graph, source.shapes) };
}

function trainingOf({ config, inference, plan }: ChosenJob, backend: TensorBackend) {
  const { source, folded } = inference;
  const weights = weightConfig(config);
  return trainingForward({ source, folded, plan, backend, skip: skipOf(config), weights });
}

/** @param withWeights whether weights are quantized on the way */
function calibrationConfig(
  { config, plan }: ChosenJob,
  forward: EmaForward | undefined,
  withWeights: boolean,
): CalibrationConfig {
  return {
    featureMethod: config.feature_quantize_method,
    featureClamp: config.feature_clamp_value,
    featurePercentile: config.feature_percentile,
    featureAsymmetric: config.feature_asymmetric,
    ema: { ...emaConfig(config, plan.graph), forward },
    ...(withWeights && { weights: weightConfig(config) }),
    skip: skipOf(config),
  };
}

/** The ops that the config skips. */
export function skipOf(config: Config): (node: GraphNode) => boolean {
  const names = new Set(config.skip_quant_op_names);
  return (node) => names.has(node.name);
}

/** The int8 model. */
export function rewrite({ calibration, model, plan }: CalibratedModel, config: Config): MnnModel {
  const { scales, candidates, winograd, weights: rounded } = calibration;
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

/**
 * `bias_correction`.
 *
 * @param plan of the float model
 * @param means of that and the samples, where they are known
 */
export function correctJob(
  model: MnnModel,
  plan: ExecutionPlan,
  samples: OpenedSamples,
  { backend, strict, memoryBytes, onProgress }: StepOptions,
  means?: FloatMeans,
): Promise<CorrectedBiases> {
  const graph = buildGraph(model, { leaveOutTail: true });
  return correctBiases({
    plan,
    model,
    quantizedPlan: createPlan(graph, shapesOf(plan)),
    ...(means && { means }),
    backend,
    samples,
    strict,
    memoryBudgetBytes: memoryBytes,
    onProgress: (done, total) => onProgress?.('correct', done, total),
  });
}
