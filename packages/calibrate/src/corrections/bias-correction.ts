import {
  budgetOn,
  createPlan,
  type ExecutionPlan,
  type GraphNode,
  samplesWithin,
  type TensorData,
  type TensorDesc,
} from '@mnnquant/graph';
import type { MnnModel } from '@mnnquant/mnn-format';
import { groupByShape, type SampleGroup } from '../samples.ts';
import { int8Graph } from '../simulate/index.ts';
import { channelsOf } from './channels.ts';
import { correctTogether, keptInputs } from './correct-together.ts';
import { Correction, finePlan, isTarget, modelTensor } from './correction.ts';
import { FineCounts } from './fine-counts.ts';
import { type FloatMeans, tensorMeans } from './float-means.ts';
import { SampleParts } from './sample-parts.ts';
import { stepProgress, type VisitJob, visitValues } from './visit-values.ts';
import { withBiases } from './with-biases.ts';

export interface BiasCorrectionJob extends Omit<VisitJob, 'onSteps'> {
  /** Of the float model. */
  readonly plan: ExecutionPlan;
  /** The int8 model. */
  readonly model: MnnModel;
  /** Of `model`, for the same input shapes. */
  readonly quantizedPlan: ExecutionPlan;
  /** From `floatMeans`, of the same float network and samples; without them that network is run here. */
  readonly means?: FloatMeans;
  /** Called as ops are run for samples; `total` is fixed from the first call on. */
  onProgress?(done: number, total: number): void;
}

export interface CorrectedBiases {
  readonly model: MnnModel;
  /** By op index: how far the bias of each channel was moved, in steps of the output. */
  readonly shifts: ReadonlyMap<number, Float64Array>;
  /** Runs of the int8 network over all samples: 1, or one for each layer of the longest chain where they do not fit the memory. */
  readonly passes: number;
}

/**
 * Moves the bias of every int8 convolution so that the mean of each of its channels over all samples is the float network's, with
 * the errors and corrections of all layers before it (empirical bias correction: Nagel et al., Data-Free Quantization, 2019, appendix
 * D; here of the results behind ReLU and rounding).
 *
 * The network that runs is the simulator's. In each convolution's place there is one that gives its sums before they are rounded;
 * of their counts the shift is computed, then the convolution runs with its new bias. The same samples give the same biases with any
 * memory and any number of threads, since what is counted are whole numbers.
 */
export async function correctBiases(job: BiasCorrectionJob): Promise<CorrectedBiases> {
  const { plan, quantizedPlan, model, samples } = job;
  const simulated = int8Graph(model, quantizedPlan).graph;
  const shapes = new Map(quantizedPlan.inputs.map(({ name, desc }) => [name, desc.shape]));
  const groups = groupByShape(samples, createPlan(simulated, shapes), (own) => createPlan(simulated, own));
  const layers = layersOf(groups);
  if (layers.length === 0) return { model, shifts: new Map(), passes: 0 };
  const runs = fitTogether(job, groups) ? [groups] : layers.map((layer) => groupsUpTo(groups, layer));
  const floats = job.means ? [] : groupByShape(samples, plan, (own) => createPlan(plan.graph, own));
  const onSteps = stepProgress(job, [floats, ...runs].flat());
  const tensors = layers.flat().map(modelTensor);
  const means = job.means ?? (await tensorMeans({ ...job, onSteps }, floats, tensors));
  const state = new Correction(checkMeans(means, layers.flat(), groups[0]!.plan, samples.count));
  // Ops of the simulator may be without a kernel: it says what MNN computes, not how fast.
  const visit = { ...job, onSteps, strict: false };
  if (runs[0] === groups) await correctTogether(visit, groups[0]!, state);
  else for (const [i, layer] of layers.entries()) await correctLayer(visit, runs[i]!, layer, state);
  return { model: withBiases(model, state.biases), shifts: state.shifts, passes: runs.length };
}

/** Whether all samples can be run layer by layer. */
function fitTogether(
  { backend, samples, ...job }: BiasCorrectionJob,
  groups: readonly SampleGroup[],
): boolean {
  const [only, ...others] = groups;
  if (only === undefined || others.length > 0) return false;
  const budget = budgetOn(backend, job.memoryBudgetBytes);
  return samplesWithin(keptInputs(only.plan), budget, backend.concurrency) >= samples.count;
}

/** @throws {Error} naming the first convolution that has no means, or of another number of channels or samples */
function checkMeans(
  means: FloatMeans,
  layers: readonly GraphNode[],
  plan: ExecutionPlan,
  samples: number,
): FloatMeans {
  for (const node of layers) {
    const channels = channelsOf(plan.descs.get(node.outputs[0]!)!).count;
    const own = means.get(modelTensor(node));
    if (own?.channels === channels && own.samples === samples) continue;
    const got = own === undefined ? 'none' : `${own.channels} of ${own.samples}`;
    throw new Error(
      `correctBiases: means: expected ${channels} channels of ${samples} samples for ${node.name}, got ${got}; pass what floatMeans gives for the float network that the int8 model was made of`,
    );
  }
  return means;
}

/**
 * The int8 convolutions that run in the plans of all groups: first those with no other before them, then those that only have these
 * before them, and so on.
 */
function layersOf(groups: readonly SampleGroup[]): GraphNode[][] {
  const depths = new Map<number, number>();
  const layers: GraphNode[][] = [];
  const [first, ...others] = groups;
  const everywhere = others.map(({ plan }) => new Set(plan.steps.map(({ node }) => node.index)));
  for (const step of first?.plan.steps ?? []) {
    const { node } = step;
    const depth = Math.max(0, ...node.inputs.map((id) => depths.get(id) ?? 0));
    const corrected = isTarget(step) && everywhere.every((one) => one.has(node.index));
    for (const id of node.outputs) depths.set(id, depth + (corrected ? 1 : 0));
    if (!corrected) continue;
    const layer = layers[depth] ?? [];
    layer.push(node);
    layers[depth] = layer;
  }
  return layers;
}

/**
 * One run of all samples up to some convolutions, which then get their biases.
 *
 * @param groups with plans that end there
 */
async function correctLayer(
  job: VisitJob,
  groups: readonly SampleGroup[],
  layer: readonly GraphNode[],
  state: Correction,
): Promise<void> {
  const counts = new Map<number, FineCounts>();
  const byTensor = new Map(layer.map((node) => [node.outputs[0]!, node]));
  const parts = new SampleParts(groups);
  for (const { plan, samples } of groups) {
    const group = { plan: finePlan(plan, state), samples };
    const see = (tensor: number, sample: number, data: TensorData, desc: TensorDesc): void => {
      const node = byTensor.get(tensor)!;
      const own = counts.get(tensor) ?? new FineCounts(node, channelsOf(desc).count, parts);
      counts.set(tensor, own);
      own.add(sample, data, desc);
    };
    // The fine plan's convolutions are made for this run.
    await visitValues(job, group, new Set(byTensor.keys()), see, true);
  }
  for (const [tensor, node] of byTensor) state.solve(node, counts.get(tensor)!);
}

/** Plans that end with some convolutions. */
function groupsUpTo(groups: readonly SampleGroup[], layer: readonly GraphNode[]): readonly SampleGroup[] {
  const outputs = layer.map(({ name, outputs: [tensor] }) => ({ tensor: tensor!, name }));
  return groups.map(({ plan, samples }) => {
    const shapes = new Map(plan.inputs.map(({ name, desc }) => [name, desc.shape]));
    return { plan: createPlan({ ...plan.graph, outputs }, shapes), samples };
  });
}
