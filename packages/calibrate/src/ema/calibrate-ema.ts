import {
  budgetOn,
  createPlan,
  type ExecutionPlan,
  type Graph,
  joinedReports,
  Program,
  type RunReport,
  rangeOf,
  type TensorBackend,
} from '@mnnquant/graph';
import { CalibrationError } from '../calibration-error.ts';
import { checkFinite } from '../observers/check-finite.ts';
import type { Int8Candidates } from '../rewrite/candidates.ts';
import { groupByShape, type SampleSet } from '../samples.ts';
import type { ScaleTable } from '../scale-table.ts';
import type { ScalePlan } from '../solve-scales.ts';
import type { QuantizedWeights } from '../weights/weight-quantizer.ts';
import { type Batch, batchesOf, checkBatchMemory } from './batches.ts';
import { type FeatureRoles, featureGroups, featureRoles } from './feature-roles.ts';
import { type BatchTensor, type ForwardJob, runBatch } from './forward.ts';
import { withQuantizedWeights } from './quantized-graph.ts';
import { RangeKeeper } from './range-keeper.ts';
import { type WithCopies, withRoundedCopies } from './rounded-copies.ts';
import { solveRanges } from './solve-ranges.ts';

/** Another network to be run in the forward, and what to do as it goes. */
export interface EmaForward {
  /**
   * A plan with the same tensor ids, for the same input shapes: the network before BatchNorm was
   * folded. Without one the network is run as it is.
   */
  readonly plan?: ExecutionPlan;
  /** By op index of `plan`: weights to be rounded; those of the int8 convolutions without a plan. */
  readonly weights?: ReadonlyMap<number, QuantizedWeights>;
  /** Called for every tensor of every batch before it is observed and rounded. */
  onTensor?(tensor: BatchTensor): void | Promise<void>;
}

export interface EmaJob {
  readonly scalePlan: ScalePlan;
  readonly candidates: Int8Candidates;
  readonly weights: ReadonlyMap<number, QuantizedWeights>;
  readonly backend: TensorBackend;
  readonly samples: SampleSet;
  /** `batch_size`: samples whose common range is one step of the average. */
  readonly batchSize: number;
  readonly featureClamp: number;
  readonly memoryBudgetBytes: number;
  readonly forward?: EmaForward;
  readonly strict?: boolean;
  onProgress?(done: number, total: number): void;
}

/**
 * Scales and zero points from exponential moving averages of each tensor's range, taken while the
 * network runs with rounded weights and activations (`feature_quantize_method: EMA`, MNN 3.6.1
 * tools/train/source/nn/NN.cpp).
 *
 * @throws {CalibrationError} where the batch size makes no sense or a batch exceeds the memory budget
 */
export async function calibrateEma(job: EmaJob): Promise<{ scales: ScaleTable; report: RunReport }> {
  const { scalePlan, backend, samples, batchSize, featureClamp, forward } = job;
  if (!Number.isInteger(batchSize) || batchSize < 1)
    throw new CalibrationError(`batch_size: expected a whole number of at least 1, got ${batchSize}`);
  const tied = featureGroups(scalePlan, job.candidates);
  const roles = featureRoles(scalePlan, tied);
  const given = forward?.plan ?? scalePlan.plan;
  const { graph, copies } = forwardGraph(job, given.graph, roles);
  const plan = createPlan(graph, new Map(given.inputs.map(({ name, desc }) => [name, desc.shape])));
  const groups = groupByShape(samples, plan, (shapes) => createPlan(graph, shapes));
  const batches = batchesOf(groups, batchSize);
  checkBatchMemory(batches, budgetOn(backend, job.memoryBudgetBytes));
  const keeper = new RangeKeeper(featureClamp);
  takeConstants(roles, plan, keeper);
  const onSteps = progressOf(job, groups);
  const onTensor = forward?.onTensor?.bind(forward);
  const run = { backend, samples, roles, copies, keeper, onTensor, onSteps };
  const report = await runBatches(run, batches, job.strict);
  checkFinite(scalePlan.plan, keeper.ranges);
  return { scales: solveRanges(scalePlan, tied, keeper.ranges, featureClamp), report };
}

/** All batches, with one program for each plan that occurs in them. */
async function runBatches(
  job: ForwardJob,
  batches: readonly Batch[],
  strict: boolean | undefined,
): Promise<RunReport> {
  const programs = new Map<ExecutionPlan, Program>();
  try {
    for (const { plan } of batches.flat())
      if (!programs.has(plan)) programs.set(plan, new Program(plan, job.backend, { strict }));
    for (const batch of batches) await runBatch(job, batch, programs);
    return joinedReports([...programs.values()].map(({ report }) => report));
  } finally {
    for (const program of programs.values()) program.dispose();
  }
}

/** With rounded weights, and tensors rounded for those readers only that run in int8. */
function forwardGraph(
  { candidates, forward, weights }: EmaJob,
  given: Graph,
  roles: FeatureRoles,
): WithCopies {
  const graph = withQuantizedWeights(given, forward?.weights ?? weights);
  // The candidates are numbered as the plan they were chosen for, not as another network's.
  if (forward?.plan !== undefined) return { graph, copies: new Map() };
  return withRoundedCopies(graph, candidates.nodes, roles.observed);
}

/** Constants have one range, whatever the batch; no run brings them. */
function takeConstants(roles: FeatureRoles, plan: ExecutionPlan, keeper: RangeKeeper): void {
  for (const [tensor, kind] of roles.observed) {
    const value = plan.values.get(tensor);
    if (value !== undefined) keeper.take(tensor, [rangeOf(value.data)], kind);
  }
}

function progressOf(
  { onProgress }: EmaJob,
  groups: ReturnType<typeof groupByShape>,
): (samples: number) => void {
  const total = groups.reduce((sum, { plan, samples }) => sum + plan.steps.length * samples.length, 0);
  let done = 0;
  return (samples) => {
    done += samples;
    onProgress?.(done, total);
  };
}
