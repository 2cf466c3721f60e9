import { groupByShape, type SampleGroup } from '@mnnquant/calibrate';
import {
  budgetOn,
  type ExecutionPlan,
  elementCount,
  type HostTensor,
  loadSamples,
  type SampleNames,
  sampleName,
  samplesWithin,
  type TensorBackend,
} from '@mnnquant/graph';
import { QuantizeError } from '../../errors.ts';
import type { OpenedSamples } from '../../samples/opened.ts';
import { type MatchedInputs, sampleForSecond, shapesForSecond } from './inputs.ts';
import type { OutputPair } from './match-outputs.ts';
import type { RunnableModel, RunnablePlan, Runner } from './runnable-model.ts';

/** The same output of both models for one sample. */
export type OnOutput = (pair: OutputPair, sample: number, a: HostTensor, b: HostTensor) => void;

export interface PairJob {
  readonly a: RunnableModel;
  readonly b: RunnableModel;
  /** Plans for the shapes of the first sample. */
  readonly plans: { readonly a: RunnablePlan; readonly b: RunnablePlan };
  readonly pairs: readonly OutputPair[];
  /** The second model's inputs, by those of the first. */
  readonly inputs: MatchedInputs;
  readonly samples: OpenedSamples;
  readonly backend: TensorBackend;
  /** For activations and outputs. */
  readonly memoryBytes: number;
  readonly strict?: boolean;
  /** In the order of the samples within a group of one shape. */
  readonly onOutput: OnOutput;
  readonly onProgress?: (done: number, total: number) => void;
}

/** An output has another size in the second model: such as the boxes that are left of many. */
export class OutputSizeError extends QuantizeError {}

/** More at once gain nothing, and progress would stand still. */
const MOST_AT_ONCE = 32;

/** Of the memory; what is left is for outputs, and samples on their way. */
const ACTIVATIONS_SHARE = 0.75;

interface Group extends SampleGroup {
  readonly a: RunnablePlan;
  readonly b: RunnablePlan;
}

/**
 * Runs both models over all samples, a few at a time, one model after the other; outputs are handed on and forgotten.
 *
 * @throws {GraphError} naming the sample that does not fit
 * @throws {OutputSizeError} where an output has different sizes in both models
 */
export async function runPairs(job: PairJob): Promise<void> {
  const groups = groupsOf(job);
  const total = groups.reduce(
    (sum, { a, b, samples }) => sum + (a.running.steps.length + b.running.steps.length) * samples.length,
    0,
  );
  let done = 0;
  for (const group of groups)
    await runGroup(job, group, (samples) => {
      done += samples;
      job.onProgress?.(done, total);
    });
}

function groupsOf({ a, b, plans, inputs, samples }: PairJob): Group[] {
  const others = new Map<ExecutionPlan, { a: RunnablePlan; b: RunnablePlan }>([[plans.a.plan, plans]]);
  const groups = groupByShape(samples, plans.a.plan, (shapes) => {
    const pair = { a: a.plan(shapes), b: b.plan(shapesForSecond(shapes, inputs)) };
    others.set(pair.a.plan, pair);
    return pair.a.plan;
  });
  return groups.map((group) => ({ ...group, ...others.get(group.plan)! }));
}

async function runGroup(
  job: PairJob,
  { a, b, samples }: Group,
  onStep: (samples: number) => void,
): Promise<void> {
  const { backend, strict, inputs } = job;
  const atOnce = samplesAtOnce(job, a.running, b.running);
  const shapes = new Map(a.plan.inputs.map(({ name, desc }) => [name, desc.shape]));
  const runners: Runner[] = [];
  try {
    for (const one of [a, b]) runners.push(one.open(backend, { strict }));
    const [first, second] = runners as [Runner, Runner];
    for (let at = 0; at < samples.length; at += atOnce) {
      const chunk = samples.slice(at, at + atOnce);
      const loaded = await loadSamples(job.samples, chunk);
      const nameOf: SampleNames = (position) => sampleName(job.samples, chunk[position] ?? position);
      const step = (): void => onStep(chunk.length);
      const ours = await first.run(loaded, nameOf, chunk, step);
      const theirs = await second.run(
        loaded.map((one) => sampleForSecond(one, shapes, inputs)),
        nameOf,
        chunk,
        step,
      );
      for (const [i, sample] of chunk.entries()) handOn(job, sample, nameOf(i), ours[i]!, theirs[i]!);
    }
  } finally {
    for (const runner of runners) runner.dispose();
  }
}

function samplesAtOnce({ backend, memoryBytes }: PairJob, a: ExecutionPlan, b: ExecutionPlan): number {
  const activations = budgetOn(backend, memoryBytes * ACTIVATIONS_SHARE);
  const fitting = [a, b].map((plan) => samplesWithin(plan, activations, backend.concurrency));
  const held = [a, b].reduce((sum, plan) => sum + bytesAround(plan), 0);
  const outside = Math.floor((memoryBytes * (1 - ACTIVATIONS_SHARE)) / Math.max(1, held));
  return Math.max(1, Math.min(MOST_AT_ONCE, outside, ...fitting));
}

/** Of a sample's inputs and outputs. */
function bytesAround({ inputs, graph, descs }: ExecutionPlan): number {
  const ids = [...inputs, ...graph.outputs].map(({ tensor }) => tensor);
  return ids.reduce((sum, id) => sum + 4 * elementCount(descs.get(id)?.shape ?? [0]), 0);
}

function handOn(
  { pairs, onOutput }: PairJob,
  sample: number,
  name: string,
  ours: ReadonlyMap<string, HostTensor>,
  theirs: ReadonlyMap<string, HostTensor>,
): void {
  for (const pair of pairs) {
    const [a, b] = [ours.get(pair.a.name)!, theirs.get(pair.b.name)!];
    if (a.data.length !== b.data.length)
      throw new OutputSizeError(
        `${name}: output ${pair.a.name}: expected one shape in both models, got [${a.shape}] and [${b.shape}]`,
      );
    onOutput(pair, sample, a, b);
  }
}
