import {
  budgetOn,
  createPlan,
  type ExecutionPlan,
  GraphError,
  type GraphNode,
  loadSamples,
  Program,
  planNodes,
  type QuantParams,
  samplesWithin,
  type TensorBackend,
} from '@mnnquant/graph';
import type { MnnModel } from '@mnnquant/mnn-format';
import type { Prediction } from '../rewrite/predict.ts';
import { fakeQuantPlan } from '../rewrite/simulate.ts';
import { groupByShape, namesOf, type SampleGroup, type SampleSet } from '../samples.ts';
import { int8Graph } from '../simulate/index.ts';
import { type IsolatedPlan, type IsolateOp, withIsolatedOps } from './isolated.ts';
import { type LayerError, type SignalError, worstFirst } from './layer-error.ts';
import { type Measured, makerOf, measuredTensors } from './measured.ts';
import { Meter, type OnFloat } from './meter.ts';
import { roundedOps } from './rounded-op.ts';
import { roundedPlan } from './rounded-plan.ts';
import { simulatedOps } from './simulated-op.ts';
import { type SimulatedPlan, simulatedPlan } from './simulated-plan.ts';
import { Tally } from './tally.ts';

export interface ErrorJob {
  /** Of the float model. */
  readonly plan: ExecutionPlan;
  readonly quantized: {
    /** The written model; its weights are decoded from int8. */
    readonly model: MnnModel;
    /** A plan of `model`, for the same input shapes. */
    readonly plan: ExecutionPlan;
    readonly prediction: Prediction;
    /** As MNN's tool measures it: `plan` in floats, with its weights, and its tensors rounded; not simulated. */
    readonly onlyRounded?: boolean;
  };
  readonly backend: TensorBackend;
  readonly samples: SampleSet;
  /** Bytes that activations of both networks may take together; one sample is always run. */
  readonly memoryBudgetBytes: number;
  /** Ops without a kernel in the backend are an error. */
  readonly strict?: boolean;
  /**
   * Also each op alone in int8, which takes about as long as one more network: as MNN's runtime computes it
   * (`simulated`), or by the float engine with what MNN holds in int8 rounded (`rounded`), for backends without kernels
   * for the former.
   */
  readonly isolated?: 'simulated' | 'rounded';
  /** Called with every tensor of the float network that is compared, in an order that depends on no thread. */
  readonly onFloat?: OnFloat;
  /** Called as ops are run for samples; `total` is fixed from the first call on. */
  onProgress?(done: number, total: number): void;
}

/**
 * Runs the float network and the int8 one over the same samples and compares them tensor by tensor,
 * worst first. The numbers are those of MNN's `debug` (tools/quantization/calibration.cpp
 * `_computeQuantError`, 3.6.1), with the weights and the ops that stay float as in the written file.
 *
 * The int8 network is the simulator's, so errors accumulate as they do in MNN's runtime; overflow is counted of the float
 * network's values. The same samples give the same numbers whatever the memory.
 *
 * @throws {GraphError} naming the sample that does not fit, or where the networks differ in structure
 */
export async function measureErrors(job: ErrorJob): Promise<LayerError[]> {
  const { quantized, samples } = job;
  if (samples.count < 1) throw new GraphError(`expected at least one sample, got ${samples.count}`);
  const rounding = fakeQuantPlan(quantized.model, quantized.plan.graph, quantized.prediction);
  const tallies = new Map<number, Tally>();
  const groups = groupsOf(job, rounding);
  const progress = progressOf(job, groups);
  for (const group of groups) await measureGroup(job, group, rounding, tallies, progress);
  return worstFirst([...tallies].map(([tensor, tally]) => layerError(job, rounding, tensor, tally)));
}

function layerError(
  { quantized: { plan, prediction }, isolated }: ErrorJob,
  rounding: ReadonlyMap<number, QuantParams>,
  tensor: number,
  tally: Tally,
): LayerError {
  const { op, type, node } = makerOf(plan, tensor);
  const predicted = prediction.ops.find((one) => one.node === node);
  return {
    op,
    type,
    tensor,
    tensorName: plan.graph.tensorNames[tensor] ?? `tensor ${tensor}`,
    int8: node === undefined ? rounding.has(tensor) : (predicted?.int8 ?? false),
    output: plan.graph.outputs.some((output) => output.tensor === tensor),
    samples: tally.accumulated.samples,
    ...tally.accumulated.error,
    ...(isolated && isolatedError(node === undefined, rounding.has(tensor), tally)),
    ...tally.shares,
  };
}

/** Of a graph input both errors are those of its rounding. */
function isolatedError(isInput: boolean, isRounded: boolean, tally: Tally): { isolated?: SignalError } {
  if (isInput) return isRounded ? { isolated: tally.accumulated.error } : {};
  return tally.isolated.samples > 0 ? { isolated: tally.isolated.error } : {};
}

/** Samples of one shape, with the plans of both networks for it. */
interface Group extends SampleGroup {
  readonly simulated: SimulatedPlan;
  readonly measured: Measured;
  /** The float network's plan with int8 ops beside it. */
  readonly isolated: IsolatedPlan | undefined;
}

function groupsOf(job: ErrorJob, rounding: ReadonlyMap<number, QuantParams>): Group[] {
  const { plan: given, quantized, samples } = job;
  const isolate = isolateOf(job, rounding);
  const groups = groupByShape(samples, given, (shapes) => createPlan(given.graph, shapes));
  return groups.map((group) => {
    const shapes = new Map(group.plan.inputs.map(({ name, desc }) => [name, desc.shape]));
    const plan = group.plan === given ? quantized.plan : createPlan(quantized.plan.graph, shapes);
    const simulated = quantized.onlyRounded
      ? roundedPlan(plan, rounding)
      : simulatedPlan(quantized.model, plan);
    const float = withInputsAs(group.plan, simulated.order);
    const measured = measuredTensors(float, plan, rounding, simulated.order);
    const isolated = isolatedPlan(job, float, plan, measured, isolate);
    return { ...group, plan: float, simulated, measured, isolated };
  });
}

/** The int8 network has inputs that it casts after the others: the float one announces them in that order, too. */
function withInputsAs(plan: ExecutionPlan, order: readonly number[]): ExecutionPlan {
  const place = new Map(order.map((tensor, at) => [tensor, at]));
  const sorted = <T extends { readonly tensor: number }>(inputs: readonly T[]): T[] =>
    [...inputs].sort((a, b) => (place.get(a.tensor) ?? -1) - (place.get(b.tensor) ?? -1));
  const { graph, inputs } = plan;
  return { ...plan, inputs: sorted(inputs), graph: { ...graph, inputs: sorted(graph.inputs) } };
}

function isolateOf(
  { isolated, quantized: { model, plan } }: ErrorJob,
  rounding: ReadonlyMap<number, QuantParams>,
): IsolateOp | undefined {
  if (isolated === undefined) return undefined;
  return isolated === 'rounded' ? roundedOps(rounding) : simulatedOps(int8Graph(model, plan));
}

function isolatedPlan(
  { quantized: { prediction } }: ErrorJob,
  plan: ExecutionPlan,
  quantized: ExecutionPlan,
  measured: Measured,
  isolate: IsolateOp | undefined,
): IsolatedPlan | undefined {
  return isolate ? withIsolatedOps(plan, quantized, prediction, measured, isolate) : undefined;
}

async function measureGroup(
  job: ErrorJob,
  { plan: alone, simulated, samples, measured, isolated }: Group,
  rounding: ReadonlyMap<number, QuantParams>,
  tallies: Map<number, Tally>,
  onSteps: (samples: number) => void,
): Promise<void> {
  const { backend, strict, onFloat } = job;
  const plan = isolated?.plan ?? alone;
  for (const tensor of measured.compared) if (!tallies.has(tensor)) tallies.set(tensor, new Tally());
  const meter = new Meter({
    ...{ backend, measured, rounding, tallies, held: simulated.held, isolated, onFloat },
    countIn: job.quantized.onlyRounded ? 'quantized' : 'float',
  });
  const half = budgetOn(backend, job.memoryBudgetBytes) / 2;
  const atOnce = Math.min(
    ...[plan, simulated.plan].map((one) => samplesWithin(one, half, backend.concurrency)),
  );
  // Ops of the simulator may be without a kernel: it says what MNN computes, not how fast.
  const made = nodesBeside(alone, plan);
  await withProgram(new Program(plan, backend, { strict: strict && isolated === undefined }), made, (float) =>
    withProgram(new Program(simulated.plan, backend), planNodes(simulated.plan), async (int8) => {
      for (let at = 0; at < samples.length; at += atOnce) {
        const chunk = samples.slice(at, at + atOnce);
        const loaded = await loadSamples(job.samples, chunk);
        await meter.run(float, int8, loaded, chunk, namesOf(job.samples, chunk), () => onSteps(chunk.length));
      }
    }),
  );
}

/** Nodes of a plan that the float network does not have. */
function nodesBeside(float: ExecutionPlan, plan: ExecutionPlan): readonly GraphNode[] {
  const own = planNodes(float);
  return [...planNodes(plan)].filter((node) => !own.has(node));
}

/** @param made nodes that were made for this program, and are forgotten with it */
async function withProgram(
  program: Program,
  made: Iterable<GraphNode>,
  use: (program: Program) => Promise<void>,
): Promise<void> {
  try {
    await use(program);
  } finally {
    program.dispose();
    program.backend.forget?.(made);
  }
}

function progressOf(job: ErrorJob, groups: readonly Group[]): (samples: number) => void {
  let total = 0;
  for (const { plan, isolated, simulated, samples } of groups)
    total += ((isolated?.plan ?? plan).steps.length + simulated.plan.steps.length) * samples.length;
  let done = 0;
  return (samples) => {
    done += samples;
    job.onProgress?.(done, total);
  };
}
