import {
  createPlan,
  type ExecutionPlan,
  type GraphNode,
  observe,
  type RunReport,
  sampleName,
  type TensorBackend,
} from '@mnnquant/graph';
import { CalibrationError } from './calibration-error.ts';
import { calibrateEma, type EmaForward } from './ema/index.ts';
import { type LearnedLayer, learnWeights } from './learned-rounding/index.ts';
import { checkFinite } from './observers/check-finite.ts';
import { featureStatistics, hostStatistics } from './observers/host-statistics.ts';
import { type Int8Candidates, int8Candidates } from './rewrite/candidates.ts';
import { groupByShape, type SampleSet } from './samples.ts';
import type { ScaleTable } from './scale-table.ts';
import { SolveAhead } from './solve-ahead.ts';
import { planScales, type ScalePlan, solveScales } from './solve-scales.ts';
import type { FeatureSolver, FeatureStatistics } from './solvers/feature-solver.ts';
import { type FeatureMethod, featureSolvers, findsZeroPoints } from './solvers/index.ts';
import {
  type EncodedStatistics,
  encodeStatistics,
  everyObservation,
  type SavedStatistics,
  savedTensors,
} from './statistics/index.ts';
import { sourcesOf } from './ties/tie-groups.ts';
import {
  quantizeWeights,
  quantizeWeightsInTurns,
  type WeightConfig,
  type WeightsByOp,
} from './weights/quantize-weights.ts';
import type { QuantizedWeights } from './weights/weight-quantizer.ts';
import { chooseWinograd, type WinogradChoice, WinogradObserver } from './winograd/index.ts';

/** How activations are to be scaled. */
export interface CalibrationConfig {
  /** `feature_quantize_method`. */
  readonly featureMethod: FeatureMethod;
  /** `feature_clamp_value`: largest quantized magnitude, a whole number from 1 to 127. */
  readonly featureClamp: number;
  /** `feature_percentile`: with PERCENTILE, percent of the values that are not cut off; above 0, at most 100. */
  readonly featurePercentile?: number;
  /** `feature_asymmetric`: zero points other than 0 where MNN's kernels are right with them. EMA has them in any case. */
  readonly featureAsymmetric?: boolean;
  /** Ops that stay float (`skip_quant_op_names`), whatever the method. */
  readonly skip?: (node: GraphNode) => boolean;
  /** With `EMA`. */
  readonly ema?: EmaConfig;
  /** How the weights of int8 convolutions are rounded, which is done while the samples run. */
  readonly weights?: WeightConfig;
  /** See `TieGroupOptions`; without it ties are never broken. */
  readonly maxRangeRatio?: number;
}

/** What `EMA` needs besides. */
export interface EmaConfig {
  /** `batch_size`: samples whose common range is one step of the average. */
  readonly batchSize: number;
  /** How the weights are rounded in the forward, which should be how they are written. */
  readonly weights: WeightConfig;
  readonly forward?: EmaForward;
  /** `winogradOpt`: prepare Winograd attributes for the layers that gain by them. */
  readonly winograd?: boolean;
}

/** What `winogradOpt` did. */
export interface WinogradResult extends WinogradChoice {
  /** Adds the attributes to the chosen layers' weights. */
  readonly observer: WinogradObserver;
}

export interface CalibrationJob {
  readonly plan: ExecutionPlan;
  readonly backend: TensorBackend;
  readonly samples: SampleSet;
  readonly config: CalibrationConfig;
  /** Bytes that activations may take; below what all samples need, two passes are run. */
  readonly memoryBudgetBytes: number;
  /** Ops without a kernel in the backend are an error that names them, instead of a line in the report. */
  readonly strict?: boolean;
  /** Statistics of an earlier run over the same samples: the network is not run. Not with `EMA`. */
  readonly statistics?: SavedStatistics;
  /**
   * Gather what every method but `EMA` needs, whatever is skipped, for later runs; `histograms`: without what `ADMM` alone
   * needs, which costs most. Not with `EMA`.
   */
  readonly saveStatistics?: boolean | 'histograms';
  /** Called as ops are run for samples; `total` is fixed from the first call on. */
  onProgress?(done: number, total: number): void;
  /** With weights that are learned: the same for learning them, which is done first. */
  onRounding?(done: number, total: number): void;
}

export interface CalibrationResult {
  readonly scales: ScaleTable;
  readonly candidates: Int8Candidates;
  /** What ran where. */
  readonly report: RunReport;
  /** 1: layer by layer over all samples; 0 with saved statistics. */
  readonly passes: 0 | 1 | 2;
  /** Why there were two: the budget was too small for all samples, or they have different shapes. */
  readonly twice?: 'memory' | 'shapes';
  /** Of the plan's int8 convolutions, with `weights`. */
  readonly weights?: ReadonlyMap<number, QuantizedWeights>;
  /** With weights that were learned from the samples. */
  readonly learned?: readonly LearnedLayer[];
  /** With `EMA` and `winograd`. */
  readonly winograd?: WinogradResult;
  /** With `saveStatistics`. */
  readonly statistics?: EncodedStatistics;
}

/**
 * Runs a network over samples and finds the scale of every tensor that an int8 op needs.
 *
 * The same samples, model and configuration give the same scales with one pass and with two.
 *
 * @throws {CalibrationError} on a configuration that cannot be met
 */
export async function calibrate(job: CalibrationJob): Promise<CalibrationResult> {
  const { plan, config, samples } = job;
  checkNumbers(config, samples.count);
  const asymmetric = findsZeroPoints(config.featureMethod, config.featureAsymmetric);
  const candidates = int8Candidates(plan.graph, plan, { skip: config.skip, asymmetric });
  const scalePlan = planScales(plan, candidates);
  const learned = await learnedWeights(job, candidates);
  if (config.featureMethod === 'EMA') return averagedRanges(job, candidates, scalePlan, learned);
  const solver = solverOf(config.featureMethod);
  const { featureClamp, featurePercentile: percentile, maxRangeRatio = Number.POSITIVE_INFINITY } = config;
  const settings = { featureClamp, percentile, asymmetric, centered: candidates.centered };
  const ahead = new SolveAhead(scalePlan, solver, settings);
  for (const [tensor, seen] of constantStatistics(scalePlan, solver)) ahead.tell(tensor, seen);
  const seeing = job.statistics
    ? reused(job.statistics, scalePlan, ahead)
    : observeTensors(job, scalePlan, ahead);
  // Other threads compute meanwhile, where there are any.
  const rounding =
    learned?.weights ?? (config.weights && quantizeWeightsInTurns(plan, candidates, config.weights));
  const [run, weights] = await Promise.all([seeing, rounding]);
  const { statistics } = ahead;
  checkFinite(plan, statistics);
  const scales = solveScales(scalePlan, statistics, { ...settings, solver: ahead.solver, maxRangeRatio });
  return { scales, candidates, ...run, ...(weights && { weights }), ...learnedLayers(learned) };
}

/** Weights that are learned from the samples, where the method is one that does. */
type Learned = Awaited<ReturnType<typeof learnWeights>> | undefined;

async function learnedWeights(job: CalibrationJob, candidates: Int8Candidates): Promise<Learned> {
  const { featureMethod, ema, weights } = job.config;
  const config = featureMethod === 'EMA' ? ema?.weights : weights;
  if (config?.weightMethod !== 'GPTQ') return undefined;
  if (ema?.forward?.plan)
    throw new CalibrationError(
      'weight_quantize_method: GPTQ cannot be combined with BatchNorm statistics of the samples (bn: train), which change the weights afterwards; take bn: fold or another method',
    );
  const onProgress = (done: number, total: number): void => job.onRounding?.(done, total);
  return learnWeights({ ...job, candidates, config, onProgress });
}

function learnedLayers(learned: Learned): Pick<CalibrationResult, 'learned'> {
  return learned ? { learned: learned.layers } : {};
}

/** What `calibrate` knows once all values were seen. */
type Run = Pick<CalibrationResult, 'report' | 'passes' | 'twice' | 'statistics'>;

/** Takes what saved statistics have of the tensors that decide a scale; others could change the result. */
async function reused(saved: SavedStatistics, scalePlan: ScalePlan, ahead: SolveAhead): Promise<Run> {
  const { graph } = scalePlan.plan;
  for (const tensor of computed(scalePlan))
    ahead.tell(tensor, saved.statisticsOf(tensor, graph.tensorNames[tensor] ?? '', ahead.solver.observation));
  return { report: { kernels: new Map(), fallbacks: new Map() }, passes: 0 };
}

/** Runs the network over all samples. */
async function observeTensors(job: CalibrationJob, scalePlan: ScalePlan, ahead: SolveAhead): Promise<Run> {
  const { plan, backend, samples, saveStatistics = false } = job;
  const { observation } = ahead.solver;
  const needed = new Set(computed(scalePlan));
  const every = { ...everyObservation(), ...(saveStatistics === 'histograms' && { withBuckets: false }) };
  const more = saveStatistics ? [...savedTensors(plan)].filter((tensor) => !plan.values.has(tensor)) : [];
  const observed = await observe(
    {
      runs: groupByShape(samples, plan, (shapes) => createPlan(plan.graph, shapes)),
      load: (index) => samples.load(index),
      name: (index) => sampleName(samples, index),
      tensors: [...new Set([...needed, ...more])].sort((a, b) => a - b),
      collect: saveStatistics ? every : observation,
      memoryBudgetBytes: job.memoryBudgetBytes,
      strict: job.strict,
      onStatistics: (tensor, seen) => {
        // Of buckets beside histograms it is not said that they are complete already.
        if (needed.has(tensor) && observation.kind === 'histogram')
          ahead.tell(tensor, featureStatistics(seen));
      },
      onProgress: (done, total) => job.onProgress?.(done, total),
    },
    backend,
  );
  for (const [tensor, seen] of observed.tensors)
    if (needed.has(tensor) && !ahead.statistics.has(tensor))
      ahead.statistics.set(tensor, featureStatistics(seen, observation.kind));
  const { report, passes, twice, tensors } = observed;
  const { bins, skipBelow } = every;
  const statistics = saveStatistics
    ? encodeStatistics(tensors, plan.graph.tensorNames, { bins, skipBelow })
    : undefined;
  return { report, passes, ...(twice && { twice }), ...(statistics && { statistics }) };
}

async function averagedRanges(
  job: CalibrationJob,
  candidates: Int8Candidates,
  scalePlan: ScalePlan,
  learned: Learned,
): Promise<CalibrationResult> {
  const { ema, featureClamp } = job.config;
  if (job.statistics || job.saveStatistics)
    throw new CalibrationError(
      'EMA: its ranges come from a forward of its own, which saved statistics cannot stand for',
    );
  if (ema === undefined) throw new CalibrationError('EMA: expected its batch size and weights, got none');
  const weights: WeightsByOp = learned?.weights ?? quantizeWeights(job.plan, candidates, ema.weights);
  const winograd = ema.winograd ? observedWinograd(job, candidates) : undefined;
  const forward = winograd ? followedBy(ema.forward, winograd.observer) : ema.forward;
  const given = { ...job, ...ema, forward, featureClamp, scalePlan, candidates, weights };
  const { scales, report } = await calibrateEma(given);
  const own = { ...(winograd && { winograd }), ...(learned && { weights }), ...learnedLayers(learned) };
  return { scales, candidates, report, passes: 1, ...own };
}

function observedWinograd({ plan, backend }: CalibrationJob, candidates: Int8Candidates): WinogradResult {
  const choice = chooseWinograd(plan, candidates);
  return { ...choice, observer: new WinogradObserver(choice.chosen, backend) };
}

/** The forward, in which the observer sees what is left of each tensor. */
function followedBy(forward: EmaForward | undefined, observer: WinogradObserver): EmaForward {
  return {
    ...forward,
    onTensor: async (tensor) => {
      await forward?.onTensor?.(tensor);
      await observer.onTensor(tensor);
    },
  };
}

function checkNumbers(config: CalibrationConfig, samples: number): void {
  const { featureClamp, featurePercentile = 100, maxRangeRatio = 1 } = config;
  if (!Number.isInteger(featureClamp) || featureClamp < 1 || featureClamp > 127) {
    throw new CalibrationError(
      `feature_clamp_value: expected a whole number from 1 to 127, got ${featureClamp}`,
    );
  }
  if (!(featurePercentile > 0 && featurePercentile <= 100))
    throw new CalibrationError(
      `feature_percentile: expected a number above 0 and at most 100, got ${featurePercentile}`,
    );
  if (!(maxRangeRatio >= 1)) {
    throw new CalibrationError(`maxRangeRatio: expected 1 or more, got ${maxRangeRatio}`);
  }
  if (samples < 1)
    throw new CalibrationError(`expected at least one sample to calibrate with, got ${samples}`);
}

function solverOf(featureMethod: Exclude<FeatureMethod, 'EMA'>): FeatureSolver {
  const solver: FeatureSolver | undefined = Object.hasOwn(featureSolvers, featureMethod)
    ? featureSolvers[featureMethod]
    : undefined;
  if (solver === undefined) {
    const known = [...Object.keys(featureSolvers), 'EMA'].join(', ');
    throw new CalibrationError(`feature_quantize_method: expected one of ${known}, got ${featureMethod}`);
  }
  return solver;
}

/** Those whose values samples produce. */
function computed(scalePlan: ScalePlan): number[] {
  return observed(scalePlan).filter((tensor) => !scalePlan.plan.values.has(tensor));
}

/** The tensors whose values decide some scale, ascending. */
function observed({ tensors, ties }: ScalePlan): number[] {
  const sources = [...tensors].flatMap((tensor) => sourcesOf(ties, tensor));
  return [...new Set(sources)].sort((a, b) => a - b);
}

function constantStatistics(scalePlan: ScalePlan, solver: FeatureSolver): Map<number, FeatureStatistics> {
  const statistics = new Map<number, FeatureStatistics>();
  for (const tensor of observed(scalePlan)) {
    const value = scalePlan.plan.values.get(tensor);
    if (value !== undefined) statistics.set(tensor, hostStatistics(value, solver.observation));
  }
  return statistics;
}
