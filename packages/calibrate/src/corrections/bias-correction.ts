import {
  budgetOn,
  createPlan,
  type DeviceTensor,
  type ExecutionPlan,
  type GraphNode,
  loadSamples,
  type PlanStep,
  Program,
  samplesWithin,
  type TensorBackend,
  type TensorData,
  type TensorDesc,
  type TensorEvent,
} from '@mnnquant/graph';
import type { Convolution2D, MnnModel } from '@mnnquant/mnn-format';
import { groupByShape, namesOf, type SampleGroup } from '../samples.ts';
import { int8Graph } from '../simulate/index.ts';
import { channelsOf, forEachRun } from './channels.ts';
import { fineConvolution, isInt8Convolution, resultGrid, withBias } from './fine-convolution.ts';
import { floatMeans, stepsOf, type VisitJob, visitValues } from './float-means.ts';
import { shiftedBias } from './shifted-bias.ts';
import { FINE_BINS, fineBin, solveShift } from './solve-shift.ts';
import { withBiases } from './with-biases.ts';

export interface BiasCorrectionJob extends Omit<VisitJob, 'onSteps'> {
  /** Of the float model. */
  readonly plan: ExecutionPlan;
  /** The int8 model. */
  readonly model: MnnModel;
  /** Of `model`, for the same input shapes. */
  readonly quantizedPlan: ExecutionPlan;
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

/** A bias is moved by so many steps of the output at most: more is no error of rounding. */
export const MOST_STEPS = 8;

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
  const { plan, quantizedPlan, model, samples, backend } = job;
  const simulated = int8Graph(model, quantizedPlan).graph;
  const shapes = new Map(quantizedPlan.inputs.map(({ name, desc }) => [name, desc.shape]));
  const groups = groupByShape(samples, createPlan(simulated, shapes), (own) => createPlan(simulated, own));
  const layers = layersOf(groups);
  const atOnce = Math.min(
    ...groups.map((group) =>
      samplesWithin(keptInputs(group.plan), budgetOn(backend, job.memoryBudgetBytes), backend.concurrency),
    ),
  );
  const together = groups.length === 1 && atOnce >= samples.count;
  const passes = together ? 1 : layers.length;
  const floats = groupByShape(samples, plan, (own) => createPlan(plan.graph, own));
  const progress = progressOf(job, [floats, ...Array.from({ length: passes }, () => groups)]);
  const visit = { ...job, onSteps: progress };
  const means = await (process.env.BC_MODE?.startsWith('pre') ? preMeans(visit, floats, layers.flat().map(({ source }) => source.outputIndexes![0]!)) : floatMeans(visit, floats, layers.flat().map(({ source }) => source.outputIndexes![0]!)));
  const state = new Correction(means);
  if (layers.length === 0) return { model, shifts: state.shifts, passes: 0 };
  if (together) await runTogether(visit, groups[0]!, state);
  else for (const layer of layers) await runLayer({ ...visit, strict: false }, groups, layer, state);
  return { model: withBiases(model, state.biases), shifts: state.shifts, passes };
}

function progressOf(
  { onProgress }: BiasCorrectionJob,
  runs: readonly (readonly SampleGroup[])[],
): (samples: number) => void {
  const total = runs
    .flat()
    .reduce((sum, { plan, samples }) => sum + stepsOf(plan, samples.length), 0);
  let done = 0;
  return (samples) => {
    done = Math.min(total, done + samples);
    onProgress?.(done, total);
  };
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
  for (const { node, inputs } of first?.plan.steps ?? []) {
    const depth = Math.max(0, ...node.inputs.map((id) => depths.get(id) ?? 0));
    const computed = inputs.every((desc) => desc === undefined || desc.value === undefined);
    const corrected = isInt8Convolution(node) && computed && everywhere.every((one) => one.has(node.index));
    for (const id of node.outputs) depths.set(id, depth + (corrected ? 1 : 0));
    if (corrected) (layers[depth] ??= []).push(node);
  }
  return layers;
}

/** What is known so far. */
class Correction {
  readonly biases = new Map<number, Float32Array>();
  readonly shifts = new Map<number, Float64Array>();
  /** By tensor of the model. */
  readonly #means: ReadonlyMap<number, Float64Array>;

  constructor(means: ReadonlyMap<number, Float64Array>) {
    this.#means = means;
  }

  /** The node as it is to run: with its new bias where there is one. */
  corrected(node: GraphNode): GraphNode {
    const bias = this.biases.get(node.index);
    return bias === undefined || !isInt8Convolution(node) ? node : withBias(node, bias);
  }

  /** @param node the convolution as it was */
  solve(node: GraphNode, counts: FineCounts): void {
    const grid = resultGrid(node);
    const table = node.source.main?.value as Convolution2D;
    const means = this.#means.get(node.source.outputIndexes![0]!)!;
    const MOST=Number(process.env.BC_MOST??8);
    const shifts = means.map((mean, c) =>
      process.env.BC_MODE?.startsWith('pre') ? preShift(counts.of(c), mean / grid.scale + grid.zero, MOST) :
      solveShift(counts.of(c), mean / grid.scale + grid.zero, grid, MOST),
    );
    const bias = table.bias ?? new Float32Array(means.length);
    this.shifts.set(node.index, shifts);
    this.biases.set(node.index, shiftedBias(node, bias, shifts, grid));
  }
}

/** Results of a convolution before they are rounded, counted by channel. */
class FineCounts {
  readonly #counts: Uint32Array;
  readonly #zero: number;

  constructor(node: GraphNode, channels: number) {
    this.#counts = new Uint32Array(channels * FINE_BINS);
    this.#zero = resultGrid(node).zero;
  }

  add(data: TensorData, desc: Pick<TensorDesc, 'shape' | 'layout'>): void {
    const [counts, zero] = [this.#counts, this.#zero];
    forEachRun(data.length, channelsOf(desc), (channel, start, end) => {
      const own = channel * FINE_BINS;
      for (let i = start; i < end; i++) counts[own + fineBin(data[i]!, zero)]!++;
    });
  }

  of(channel: number): Uint32Array {
    return this.#counts.subarray(channel * FINE_BINS, (channel + 1) * FINE_BINS);
  }
}

/** One run of all samples, in which every convolution runs a second time as soon as its bias is known. */
async function runTogether(job: VisitJob, { plan, samples }: SampleGroup, state: Correction): Promise<void> {
  const { backend } = job;
  const targets = new Map(plan.steps.filter(isTarget).map((step) => [step.node.index, step]));
  const values = new Map<number, readonly DeviceTensor[]>();
  const onTensor = async (event: TensorEvent): Promise<void> => {
    values.set(event.tensor, event.values);
    const step = targets.get(event.node?.index ?? -1);
    if (step === undefined) return;
    const counts = new FineCounts(step.node, channelsOf(event.desc).count);
    const downloads = event.values.map(async (value) => counts.add(await backend.download(value), event.desc));
    await Promise.all(downloads);
    state.solve(step.node, counts);
    const inputs = step.node.inputs.map((id) => values.get(id)!);
    await runAgain(backend, { ...step, node: state.corrected(step.node) }, inputs, event.values);
  };
  const program = new Program(finePlan(keptInputs(plan), state), backend);
  try {
    const loaded = await loadSamples(job.samples, samples);
    const onStep = (): void => job.onSteps?.(samples.length);
    await program.visit(loaded, { onTensor, onStep }, namesOf(job.samples, samples), samples[0]);
  } finally {
    program.dispose();
  }
}

function isTarget({ node, inputs }: PlanStep): boolean {
  return isInt8Convolution(node) && inputs.every((desc) => desc === undefined || desc.value === undefined);
}

/** Writes a step's result anew, for every sample. */
async function runAgain(
  backend: TensorBackend,
  { node, inputs, outputs }: PlanStep,
  values: readonly (readonly DeviceTensor[])[],
  results: readonly DeviceTensor[],
): Promise<void> {
  const kernel = backend.bind(node, inputs, outputs) ?? backend.bindReference?.(node, inputs, outputs);
  if (kernel === undefined) throw new Error('todo');
  await Promise.all(results.map((result, i) => kernel(values.map((one) => one[i]), [result])));
}

/** Convolutions that have no new bias yet give what there is before rounding. */
function finePlan(plan: ExecutionPlan, state: Correction): ExecutionPlan {
  const steps = plan.steps.map((step) => {
    if (!isTarget(step)) return step;
    const known = state.biases.has(step.node.index);
    return { ...step, node: known ? state.corrected(step.node) : fineConvolution(step.node) };
  });
  return { ...plan, steps };
}

/** The plan with the inputs of int8 convolutions kept until the next step is through. */
function keptInputs(plan: ExecutionPlan): ExecutionPlan {
  let kept: readonly number[] = [];
  const steps = plan.steps.map((step) => {
    const own = step.release.filter((id) => step.node.outputs.includes(id));
    const later = isTarget(step) ? step.release.filter((id) => !own.includes(id)) : [];
    const release = [...kept, ...step.release.filter((id) => !later.includes(id))];
    kept = later;
    return { ...step, release };
  });
  return { ...plan, steps };
}

/** One run of all samples up to some convolutions, which then get their biases. */
async function runLayer(
  job: VisitJob,
  groups: readonly SampleGroup[],
  layer: readonly GraphNode[],
  state: Correction,
): Promise<void> {
  const counts = new Map<number, FineCounts>();
  const byTensor = new Map(layer.map((node) => [node.outputs[0]!, node]));
  for (const { plan, samples } of groups) {
    const upTo = planUpTo(plan, [...byTensor.keys()]);
    const group = { plan: finePlan(upTo, state), samples };
    await visitValues(job, group, new Set(byTensor.keys()), (tensor, _, data, desc) => {
      const node = byTensor.get(tensor)!;
      const own = counts.get(tensor) ?? new FineCounts(node, channelsOf(desc).count);
      counts.set(tensor, own);
      own.add(data, desc);
    });
  }
  for (const [tensor, node] of byTensor) state.solve(node, counts.get(tensor)!);
}

function planUpTo(plan: ExecutionPlan, tensors: readonly number[]): ExecutionPlan {
  const graph = { ...plan.graph, outputs: tensors.map((tensor) => ({ tensor, name: `tensor ${tensor}` })) };
  return createPlan(graph, new Map(plan.inputs.map(({ name, desc }) => [name, desc.shape])));
}

function preShift(counts: Uint32Array, mean: number, most: number): number {
  let sum=0, n=0;
  for (let b=0;b<counts.length;b++) { sum+=counts[b]!*(-127-64+b/16); n+=counts[b]!; }
  return Math.max(-most, Math.min(most, mean-sum/n));
}
async function preMeans(job: VisitJob, groups: readonly SampleGroup[], tensors: readonly number[]): Promise<Map<number, Float64Array>> {
  const { plan: orig, samples } = groups[0]!;
  const wanted = new Set(tensors);
  const res = new Map<number, Float64Array>();
  const isT = (s: PlanStep) => wanted.has(s.node.outputs[0]!);
  let kept: readonly number[] = [];
  const strip = (node: GraphNode): GraphNode => ({...node, attributes: {...(node.attributes as object), relu:false, relu6:false}});
  const steps = orig.steps.map((step) => {
    const own = step.release.filter((id) => step.node.outputs.includes(id));
    const later = isT(step) ? step.release.filter((id) => !own.includes(id)) : [];
    const release = [...kept, ...step.release.filter((id) => !later.includes(id))];
    kept = later;
    return { ...step, release, node: isT(step)? strip(step.node): step.node };
  });
  const targets = new Map(orig.steps.filter(isT).map(s=>[s.node.index, s]));
  const values = new Map<number, readonly DeviceTensor[]>();
  const program = new Program({...orig, steps}, job.backend);
  const onTensor = async (event: TensorEvent): Promise<void> => {
    values.set(event.tensor, event.values);
    const step = targets.get(event.node?.index ?? -1);
    if (!step) return;
    const ch = channelsOf(event.desc); const m = new Float64Array(ch.count); let n=0;
    for (const v of event.values) { const d = await job.backend.download(v); n+=d.length/ch.count; forEachRun(d.length, ch, (c,s,e)=>{ for(let i=s;i<e;i++) m[c]!+=d[i]!; }); }
    res.set(event.tensor, m.map(x=>x/n));
    await runAgain(job.backend, step, step.node.inputs.map((id) => values.get(id)!), event.values);
  };
  const loaded = await loadSamples(job.samples, samples);
  await program.visit(loaded, { onTensor }, namesOf(job.samples, samples), samples[0]);
  program.dispose();
  return res;
}
