import {
  type CalibrationResult,
  calibrate,
  type LayerError,
  type Prediction,
  predictInt8,
  quantizeModel,
  quantizeWeights,
  scalesJson,
  trainingForward,
  withScalesForPieces,
} from '@mnnquant/calibrate';
import {
  buildGraph,
  createPlan,
  type ExecutionPlan,
  type Graph,
  type GraphNode,
  type TensorBackend,
} from '@mnnquant/graph';
import type { MnnModel } from '@mnnquant/mnn-format';
import { loadConfig } from './config/load.ts';
import type { Config } from './config/schema.ts';
import { type DebugReport, debugJson, debugPath, debugReport } from './debug-report.ts';
import { checkTargets, type Output, writeTogether } from './files.ts';
import { type InferenceModel, inferenceModel } from './inference-model.ts';
import { type DebugMeasurement, measureDebug } from './measure-debug.ts';
import { emaConfig, weightConfig } from './method-config.ts';
import { hasWeightFile, modelFiles, staleWeightFile, weightPath } from './model-files.ts';
import { type CheckedOptions, checkedOptions, type QuantizeOptions } from './options.ts';
import { readSource, type SourceModel } from './read-source.ts';
import type { OpenedSamples, SampleSource, SkippedFile } from './samples/opened.ts';
import { sampleSource, sampleWarnings } from './samples/source.ts';
import { type SkipCount, type Skips, skipsOf } from './skips.ts';
import { startAhead } from './start-ahead.ts';
import { threadsFor } from './threads.ts';
import {
  memoryWarnings,
  modelWarnings,
  omittedWarnings,
  predictionWarnings,
  tensorWarnings,
} from './warnings.ts';
import { type WinogradOutcome, winogradOutcome } from './winograd-outcome.ts';

export type { QuantizeOptions } from './options.ts';

/** What was done, for a person or a script. */
export interface QuantizeOutcome {
  readonly source: string;
  readonly target: string;
  readonly sourceBytes: number;
  readonly targetBytes: number;
  readonly images: { readonly used: readonly string[]; readonly skipped: readonly SkippedFile[] };
  /** How MNN's runtime will run the written file. */
  readonly prediction: Prediction;
  /** What each entry of `skip_quant_op_names` matched. */
  readonly skips: readonly SkipCount[];
  readonly warnings: readonly string[];
  /** Ops without a kernel that ran the plain reference: steps by op name. */
  readonly fallbacks: Readonly<Record<string, number>>;
  readonly passes: 1 | 2;
  /** Why there were two: too little memory for all samples at once, or samples of different shapes. */
  readonly twice?: 'memory' | 'shapes';
  /** What computed, in words. */
  readonly device: string;
  readonly threads: number;
  readonly fastMath: boolean;
  /** With EMA and `winogradOpt`. */
  readonly winograd?: WinogradOutcome;
  /** With `debug`: how far each layer is from the float network; also in `DST.mnn.debug.json`. */
  readonly debug?: DebugReport;
  readonly seconds: number;
}

/** The share of the memory in which prepared samples are kept; more are read a second time. */
const SAMPLES_SHARE = 1 / 4;

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
  const warn = (messages: readonly string[]): void => {
    warnings.push(...messages);
    for (const message of messages) options.onWarning?.(message);
  };
  const loaded = loadConfig(options.config);
  warn(loaded.warnings);
  const ahead = startAhead(options, loaded.config);
  try {
    const job = await prepare(options, loaded.config, warn);
    const backend = await ahead.get(threadsFor(options.threads, job.plan, job.source.count));
    const done = await quantizeSamples(options, job, backend, warn);
    return { ...done, warnings, seconds: (performance.now() - started) / 1000 };
  } finally {
    await ahead.dispose();
  }
}

async function quantizeSamples(
  options: CheckedOptions,
  job: Job,
  backend: TensorBackend,
  warn: (messages: readonly string[]) => void,
): Promise<Omit<QuantizeOutcome, 'warnings' | 'seconds'>> {
  const { source, target } = options;
  const { config, skips, read, graph } = job;
  const samples = await openSamples(options, job, backend);
  warn(sampleWarnings(config, samples));
  checkTargets(targetsOf(options, config, read), samples.files);
  const memoryBytes = options.memoryBytes * (1 - SAMPLES_SHARE);
  warn(memoryWarnings(job.plan, memoryBytes));
  const { calibration, model, plan } = await runCalibration(
    { ...options, memoryBytes },
    job,
    samples,
    backend,
  );
  warn(tensorWarnings(calibration, graph));
  const written = rewrite(model, plan, calibration, config);
  const prediction = predictInt8(written, plan, calibration.candidates);
  warn(predictionWarnings(prediction));
  const measured = { plan, written, prediction, samples, backend, memoryBytes };
  const layers = await debugLayers(options, config, measured);
  const files = modelFiles(written, target, hasWeightFile(read));
  const debug = layers && debugReport(layers, files[0], samples);
  writeResult(written, files, debug);
  return {
    source,
    target,
    sourceBytes: read.bytes,
    targetBytes: files.reduce((sum, { bytes }) => sum + bytes.length, 0),
    images: { used: samples.names, skipped: samples.skipped },
    prediction,
    skips: skips.patterns,
    fallbacks: Object.fromEntries(calibration.report.fallbacks),
    passes: calibration.passes,
    ...(calibration.twice && { twice: calibration.twice }),
    device: backend.device,
    threads: backend.concurrency ?? 1,
    fastMath: options.fastMath ?? false,
    ...(calibration.winograd && { winograd: winogradOutcome(calibration.winograd) }),
    ...(debug && { debug }),
  };
}

function openSamples(
  { memoryBytes, onProgress }: CheckedOptions,
  { source }: Job,
  { concurrency = 1 }: TensorBackend,
): Promise<OpenedSamples> {
  return source.open({
    cacheBytes: memoryBytes * SAMPLES_SHARE,
    shared: concurrency > 1,
    onProgress: (done, total) => onProgress?.('images', done, total),
  });
}

interface Job {
  /** With the names of ops in place of patterns. */
  readonly config: Config;
  readonly skips: Skips;
  readonly read: SourceModel;
  readonly inference: InferenceModel;
  readonly graph: Graph;
  readonly source: SampleSource;
  readonly plan: ExecutionPlan;
}

/** Files that will be written; whether one with weights is among them is known once the source is read. */
function targetsOf({ target }: QuantizeOptions, { debug }: Config, read?: SourceModel): string[] {
  const weights = read && hasWeightFile(read) ? [weightPath(target)] : [];
  return [target, `${target}.json`, ...weights, ...(debug ? [debugPath(target)] : [])];
}

/** Everything that can be wrong without reading all samples. */
async function prepare(
  options: QuantizeOptions,
  given: Config,
  warn: (messages: readonly string[]) => void,
): Promise<Job> {
  checkTargets(targetsOf(options, given), [options.source, weightPath(options.source), options.config]);
  const read = readSource(options.source);
  checkTargets(targetsOf(options, given, read), [...read.files, options.config]);
  const inference = inferenceModel(read.model, given);
  const { model, into } = inference.folded;
  warn([
    ...modelWarnings(read.model),
    ...inference.notes,
    ...staleWeightFile(options.target, hasWeightFile(read)),
  ]);
  const graph = buildGraph(model, { leaveOutTail: true });
  warn(omittedWarnings(graph));
  const skips = skipsOf(read.model, graph, into, given.skip_quant_op_names);
  warn(skips.warnings);
  const config = { ...given, skip_quant_op_names: [...skips.names] };
  const source = await sampleSource(graph, config);
  const plan = createPlan(graph, source.shapes);
  return { config, skips, read, inference, graph, source, plan };
}

/** What `debug` asks for. */
async function debugLayers(
  { onProgress }: QuantizeOptions,
  { debug }: Config,
  job: DebugMeasurement,
): Promise<LayerError[] | undefined> {
  if (!debug) return undefined;
  return measureDebug({ ...job, onProgress: (done, total) => onProgress?.('debug', done, total) });
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

interface CalibratedModel {
  readonly calibration: CalibrationResult;
  readonly model: MnnModel;
  /** Of that model. */
  readonly plan: ExecutionPlan;
}

async function runCalibration(
  options: CheckedOptions,
  { config, inference, source, plan }: Job,
  samples: OpenedSamples,
  backend: TensorBackend,
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
      ema: { ...emaConfig(config, plan.graph), forward: training?.forward },
      weights,
      skip,
    },
    memoryBudgetBytes: options.memoryBytes,
    onProgress: (done, total) => options.onProgress?.('calibrate', done, total),
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
