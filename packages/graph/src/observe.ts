import type { RangeStatistics, TensorBackend } from './backend.ts';
import type { ExecutionPlan } from './graph.ts';
import { GraphError } from './op.ts';
import { peakActivationBytes } from './plan.ts';
import { Program, type RunReport, type Sample, type TensorEvent } from './program.ts';

/** What to measure, as plain data: a backend may hand it to workers. */
export interface ObservationJob {
  readonly plan: ExecutionPlan;
  readonly sampleCount: number;
  /** Brings sample `index`; called once, or twice when two passes are needed. */
  load(index: number): Promise<Sample>;
  /** Ids of float tensors that are computed (not constants). */
  readonly tensors: readonly number[];
  /** Number of histogram bins. */
  readonly bins: number;
  /** |x| at or below this is not counted in the histogram. */
  readonly skipBelow: number;
  /** Bytes that activations of all samples together may take. */
  readonly memoryBudgetBytes: number;
  readonly strict?: boolean;
  /** Called after every step; `total` is fixed from the first call on. */
  onProgress?(done: number, total: number): void;
}

export interface TensorStatistics {
  readonly range: RangeStatistics;
  /** Largest finite |x|. */
  readonly absMax: number;
  /** Counts of |x| over equal bins of [0, absMax]; all zero when absMax is 0. */
  readonly histogram: Float64Array;
}

export interface Observation {
  readonly tensors: ReadonlyMap<number, TensorStatistics>;
  readonly report: RunReport;
  /** 1: layer by layer over all samples. 2: the budget was too small for that. */
  readonly passes: 1 | 2;
  readonly samplesAtOnce: number;
}

/**
 * Ranges and histograms of tensors over all samples.
 *
 * Layer by layer over all samples at once where their activations fit the budget: then a layer's
 * range is exact before its histogram is taken. Else two passes over chunks of samples. Both give
 * the same numbers: counts are integers and minimum and maximum do not depend on the order.
 *
 * @throws {GraphError} naming the sample that could not be loaded or does not fit
 */
export async function observe(job: ObservationJob, backend: TensorBackend): Promise<Observation> {
  checkJob(job);
  const fitting = Math.floor(job.memoryBudgetBytes / Math.max(1, peakActivationBytes(job.plan)));
  const samplesAtOnce = Math.max(1, Math.min(job.sampleCount, fitting));
  const passes = samplesAtOnce === job.sampleCount ? 1 : 2;
  const program = new Program(job.plan, backend, { strict: job.strict });
  try {
    const collector = new Collector(job, backend);
    const progress = progressOf(job, passes);
    for (let pass = 1; pass <= passes; pass++) {
      for (let first = 0; first < job.sampleCount; first += samplesAtOnce) {
        const count = Math.min(samplesAtOnce, job.sampleCount - first);
        const onTensor = (event: TensorEvent) =>
          collector.take(event, passes === 1 ? 'both' : pass === 1 ? 'range' : 'histogram');
        const samples = await loadSamples(job, first, count);
        await program.run(samples, { onTensor, onStep: () => progress(count) }, first);
      }
    }
    return { tensors: collector.finish(), report: program.report, passes, samplesAtOnce };
  } finally {
    program.dispose();
  }
}

function checkJob({ plan, sampleCount, tensors, bins, skipBelow }: ObservationJob): void {
  if (!(sampleCount >= 1)) throw new GraphError(`expected at least one sample, got ${sampleCount}`);
  if (!Number.isInteger(bins) || bins < 1) throw new GraphError(`expected at least one bin, got ${bins}`);
  if (!(skipBelow >= 0)) throw new GraphError(`expected skipBelow >= 0, got ${skipBelow}`);
  const computed = new Set(plan.inputs.map((input) => input.tensor));
  for (const { node } of plan.steps) for (const id of node.outputs) computed.add(id);
  for (const id of tensors) {
    const name = `tensor ${id} (${plan.graph.tensorNames[id] ?? 'unknown'})`;
    if (!computed.has(id)) throw new GraphError(`${name}: cannot be observed, the plan does not compute it`);
    const dtype = plan.descs.get(id)!.dtype;
    if (dtype !== 'float32')
      throw new GraphError(`${name}: expected a float tensor to observe, got ${dtype}`);
  }
}

function progressOf(job: ObservationJob, passes: number): (count: number) => void {
  const total = job.plan.steps.length * job.sampleCount * passes;
  let done = 0;
  return (count) => {
    done += count;
    job.onProgress?.(done, total);
  };
}

async function loadSamples(job: ObservationJob, first: number, count: number): Promise<Sample[]> {
  const samples: Sample[] = [];
  for (let i = first; i < first + count; i++) {
    try {
      samples.push(await job.load(i));
    } catch (error) {
      throw new GraphError(`sample ${i}: ${error instanceof Error ? error.message : error}`, {
        cause: error,
      });
    }
  }
  return samples;
}

class Collector {
  readonly #job: ObservationJob;
  readonly #backend: TensorBackend;
  readonly #wanted: ReadonlySet<number>;
  readonly #ranges = new Map<number, RangeStatistics>();
  readonly #histograms = new Map<number, Float64Array>();

  constructor(job: ObservationJob, backend: TensorBackend) {
    this.#job = job;
    this.#backend = backend;
    this.#wanted = new Set(job.tensors);
  }

  async take({ tensor, values }: TensorEvent, what: 'range' | 'histogram' | 'both'): Promise<void> {
    if (!this.#wanted.has(tensor)) return;
    if (what !== 'histogram') {
      for (const value of values)
        this.#ranges.set(tensor, mergeRanges(this.#ranges.get(tensor), await this.#backend.range(value)));
    }
    if (what === 'range') return;
    const max = absMaxOf(this.#ranges.get(tensor)!);
    const { bins, skipBelow } = this.#job;
    const counts = this.#histograms.get(tensor) ?? new Float64Array(bins);
    this.#histograms.set(tensor, counts);
    // Nothing would be counted, and the bins of a range this small leave the range of float32.
    if (max <= skipBelow) return;
    for (const value of values) await this.#backend.histogram(value, { bins, max, skipBelow }, counts);
  }

  finish(): Map<number, TensorStatistics> {
    const statistics = new Map<number, TensorStatistics>();
    for (const [tensor, range] of this.#ranges) {
      const histogram = this.#histograms.get(tensor) ?? new Float64Array(this.#job.bins);
      statistics.set(tensor, { range, absMax: absMaxOf(range), histogram });
    }
    return statistics;
  }
}

function absMaxOf(range: RangeStatistics): number {
  return range.count === range.nonFinite ? 0 : Math.max(Math.abs(range.min), Math.abs(range.max));
}

function mergeRanges(a: RangeStatistics | undefined, b: RangeStatistics): RangeStatistics {
  if (a === undefined) return b;
  return {
    min: Math.min(a.min, b.min),
    max: Math.max(a.max, b.max),
    count: a.count + b.count,
    nonFinite: a.nonFinite + b.nonFinite,
  };
}
