import {
  type DeviceTensor,
  type ExecutionPlan,
  type GraphNode,
  loadSamples,
  type Program,
  type QuantParams,
  type RangeStatistics,
  type SampleEvent,
  type TensorBackend,
  type TensorEvent,
} from '@mnnquant/graph';
import { Meeting } from '../meeting.ts';
import { namesOf, type SampleSet } from '../samples.ts';
import type { Batch } from './batches.ts';
import type { FeatureRoles } from './feature-roles.ts';
import type { RangeKeeper } from './range-keeper.ts';

/** A tensor that now exists for every sample of a batch, and is not rounded yet. */
export interface BatchTensor {
  readonly tensor: number;
  /** The node that made it; `undefined` for a graph input. */
  readonly node: GraphNode | undefined;
  /** One per sample, of possibly different shapes; they may be changed in place. */
  readonly values: readonly DeviceTensor[];
}

export interface ForwardJob {
  readonly backend: TensorBackend;
  readonly samples: SampleSet;
  readonly roles: FeatureRoles;
  /** By id of a tensor that is a copy to be rounded: what it is a copy of, which then is not. */
  readonly copies: ReadonlyMap<number, number>;
  readonly keeper: RangeKeeper;
  /** Called for every tensor of a batch before it is observed and rounded. */
  onTensor?(tensor: BatchTensor): void | Promise<void>;
  /** After a step, with the number of samples it was run for. */
  onSteps?(samples: number): void;
}

/**
 * Runs one batch through the network whose activations are rounded as it goes: every tensor with a
 * role gets the range of the whole batch, is averaged into its moving range and rounded to its grid of
 * this batch before anybody reads it (MNN 3.6.1 NN.cpp, forward in training mode).
 *
 * Samples of different shapes run side by side and wait for each other at every tensor.
 *
 * @param programs by plan, for all plans of the batch
 */
export async function runBatch(
  job: ForwardJob,
  batch: Batch,
  programs: ReadonlyMap<ExecutionPlan, Program>,
): Promise<void> {
  const loaded = await Promise.all(batch.map(({ samples }) => loadSamples(job.samples, samples)));
  job.keeper.startBatch();
  const ranges = new FreshRanges(job);
  const meeting = new Meeting<TensorEvent>(arrivals(batch), (events) => handle(job, events, ranges));
  await meeting.runAll(
    batch.map(({ plan, samples }, index) => () => {
      const visitor = {
        onTensor: (event: TensorEvent) => meeting.join(event.tensor, event),
        onSample: ranges.onSample,
        onStep: () => job.onSteps?.(samples.length),
      };
      return programs.get(plan)!.visit(loaded[index]!, visitor, namesOf(job.samples, samples), samples[0]);
    }),
  );
}

/** Ranges that were asked for while a tensor was in the processor's cache. */
class FreshRanges {
  readonly #backend: TensorBackend;
  readonly #ranges = new WeakMap<DeviceTensor, Promise<RangeStatistics>>();
  /** Absent where somebody else may change the tensors first. */
  readonly onSample: ((event: SampleEvent) => Promise<void>) | undefined;

  constructor(job: ForwardJob) {
    this.#backend = job.backend;
    if (job.onTensor === undefined) this.onSample = (event) => this.#take(job, event);
  }

  of(value: DeviceTensor): Promise<RangeStatistics> {
    return this.#ranges.get(value) ?? this.#backend.range(value);
  }

  async #take(job: ForwardJob, { tensor, value }: SampleEvent): Promise<void> {
    if (isCopied(job, tensor) || !job.roles.observed.has(job.copies.get(tensor) ?? tensor)) return;
    const range = this.#backend.range(value);
    this.#ranges.set(value, range);
    await range;
  }
}

/** How many of the plans compute a tensor; one plan may fold what another has to compute. */
function arrivals(batch: Batch): (tensor: number) => number {
  const counts = new Map<number, number>();
  for (const { plan } of batch) {
    const made = plan.steps.flatMap(({ node }) => node.outputs);
    for (const tensor of [...plan.inputs.map((input) => input.tensor), ...made])
      counts.set(tensor, (counts.get(tensor) ?? 0) + 1);
  }
  return (tensor) => counts.get(tensor) ?? 1;
}

async function handle(job: ForwardJob, events: readonly TensorEvent[], ranges: FreshRanges): Promise<void> {
  const { tensor, node } = events[0]!;
  const values = events.flatMap((event) => event.values);
  const original = job.copies.get(tensor);
  if (original === undefined) await job.onTensor?.({ tensor, node, values });
  if (isCopied(job, tensor)) return;
  const grid = await gridOf(job, original ?? tensor, values, ranges);
  if (grid === undefined) return;
  await Promise.all(values.map((value) => job.backend.fakeQuantize(value, grid)));
}

function isCopied({ copies }: ForwardJob, tensor: number): boolean {
  return [...copies.values()].includes(tensor);
}

async function gridOf(
  { roles, keeper }: ForwardJob,
  tensor: number,
  values: readonly DeviceTensor[],
  ranges: FreshRanges,
): Promise<QuantParams | undefined> {
  const joined = roles.joined.get(tensor);
  if (joined !== undefined) return keeper.joint(joined);
  const role = roles.observed.get(tensor);
  if (role === undefined) return undefined;
  const parts = await Promise.all(values.map((value) => ranges.of(value)));
  return keeper.take(tensor, parts, role);
}
