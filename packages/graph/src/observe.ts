import type { RangeStatistics, TensorBackend } from './backend.ts';
import type { ExecutionPlan } from './graph.ts';
import { GraphError } from './op.ts';
import { peakActivationBytes } from './plan.ts';
import { Program, type RunReport, type Sample, type TensorEvent } from './program.ts';
import { ValueBuckets } from './value-buckets.ts';

/** How the values of a tensor are to be counted. */
export type ObservationKind =
  | {
      readonly kind: 'histogram';
      /** Number of equal bins of [0, largest |x|]. */
      readonly bins: number;
      /** |x| at or below this is not counted. */
      readonly skipBelow: number;
    }
  | { readonly kind: 'buckets' };

/** Samples of one shape. */
export interface ObservationRun {
  readonly plan: ExecutionPlan;
  /** What `load` is called with, ascending. */
  readonly samples: readonly number[];
}

/** What to measure, as plain data: a backend may hand it to workers. */
export interface ObservationJob {
  /** One per input shape, all plans of one graph. */
  readonly runs: readonly ObservationRun[];
  /** Brings a sample; called once, or twice when two passes are needed. */
  load(index: number): Promise<Sample>;
  /** What to call a sample in messages. */
  name?(index: number): string;
  /** Ids of float tensors that are computed (not constants). */
  readonly tensors: readonly number[];
  readonly collect: ObservationKind;
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
  /** Counts of |x| over equal bins of [0, absMax], all zero when absMax is 0; or its buckets. */
  readonly values: Float64Array | ValueBuckets;
}

export interface Observation {
  readonly tensors: ReadonlyMap<number, TensorStatistics>;
  /** Of all runs together. */
  readonly report: RunReport;
  /** 1: every sample ran once. 2: histograms whose range was not known before the last sample ran. */
  readonly passes: 1 | 2;
  readonly samplesAtOnce: number;
}

/**
 * Ranges and histograms (or buckets) of tensors over all samples.
 *
 * Layer by layer over all samples at once where they have one shape and their activations fit the
 * budget: then a layer's range is exact before its histogram is taken. Else two passes over chunks of
 * samples. Both give the same numbers: counts are integers and minimum and maximum do not depend on
 * the order. Buckets need no range, so one pass does; their sums run in the order of the samples within a run.
 *
 * @throws {GraphError} naming the sample that could not be loaded or does not fit
 */
export async function observe(job: ObservationJob, backend: TensorBackend): Promise<Observation> {
  checkJob(job);
  const chunks = job.runs.flatMap((run) => chunksOf(run, job.memoryBudgetBytes));
  const passes = chunks.length === 1 || job.collect.kind === 'buckets' ? 1 : 2;
  const collector = new Collector(job, backend);
  const progress = progressOf(job, passes);
  const reports: RunReport[] = [];
  for (let pass = 1; pass <= passes; pass++) {
    const what = passes === 1 ? 'both' : pass === 1 ? 'range' : 'values';
    for (const run of job.runs) {
      const own = chunks.filter((chunk) => chunk.run === run);
      const report = await observeRun(job, backend, own, (event) => collector.take(event, what), progress);
      if (pass === 1) reports.push(report);
    }
  }
  const samplesAtOnce = Math.max(...chunks.map(({ samples }) => samples.length));
  return { tensors: collector.finish(), report: joined(reports), passes, samplesAtOnce };
}

/** Samples of a run that are in memory together. */
interface Chunk {
  readonly run: ObservationRun;
  readonly samples: readonly number[];
}

function chunksOf(run: ObservationRun, budget: number): Chunk[] {
  const fitting = Math.max(1, Math.floor(budget / Math.max(1, peakActivationBytes(run.plan))));
  const starts = Array.from({ length: Math.ceil(run.samples.length / fitting) }, (_, i) => i * fitting);
  return starts.map((start) => ({ run, samples: run.samples.slice(start, start + fitting) }));
}

async function observeRun(
  job: ObservationJob,
  backend: TensorBackend,
  chunks: readonly Chunk[],
  onTensor: (event: TensorEvent) => Promise<void>,
  onStep: (samples: number) => void,
): Promise<RunReport> {
  const program = new Program(chunks[0].run.plan, backend, { strict: job.strict });
  try {
    for (const { samples } of chunks) {
      const loaded = await loadSamples(job, samples);
      const nameOf = (position: number) => sampleName(job, samples[position]);
      await program.run(loaded, { onTensor, onStep: () => onStep(samples.length) }, nameOf);
    }
    return program.report;
  } finally {
    program.dispose();
  }
}

function checkJob({ runs, tensors, collect }: ObservationJob): void {
  if (!runs.some(({ samples }) => samples.length > 0))
    throw new GraphError('expected at least one sample, got 0');
  if (collect.kind === 'histogram') checkHistogram(collect);
  for (const { plan } of runs) for (const id of tensors) checkTensor(plan, id);
}

function checkHistogram({ bins, skipBelow }: ObservationKind & { kind: 'histogram' }): void {
  if (!Number.isInteger(bins) || bins < 1) throw new GraphError(`expected at least one bin, got ${bins}`);
  if (!(skipBelow >= 0)) throw new GraphError(`expected skipBelow >= 0, got ${skipBelow}`);
}

function checkTensor(plan: ExecutionPlan, id: number): void {
  const name = `tensor ${id} (${plan.graph.tensorNames[id] ?? 'unknown'})`;
  const computed =
    plan.inputs.some((input) => input.tensor === id) ||
    plan.steps.some(({ node }) => node.outputs.includes(id));
  if (!computed) {
    const shapes = plan.inputs.map((input) => `${input.name} [${input.desc.shape}]`).join(', ');
    throw new GraphError(`${name}: cannot be observed, the plan for ${shapes} does not compute it`);
  }
  const { dtype } = plan.descs.get(id)!;
  if (dtype !== 'float32') throw new GraphError(`${name}: expected a float tensor to observe, got ${dtype}`);
}

function progressOf({ runs, onProgress }: ObservationJob, passes: number): (count: number) => void {
  const steps = runs.reduce((sum, { plan, samples }) => sum + plan.steps.length * samples.length, 0);
  let done = 0;
  return (count) => {
    done += count;
    onProgress?.(done, steps * passes);
  };
}

function sampleName({ name }: ObservationJob, index: number): string {
  return name?.(index) ?? `sample ${index}`;
}

async function loadSamples(job: ObservationJob, indices: readonly number[]): Promise<Sample[]> {
  const samples: Sample[] = [];
  for (const index of indices) {
    try {
      samples.push(await job.load(index));
    } catch (error) {
      const message = error instanceof Error ? error.message : error;
      throw new GraphError(`${sampleName(job, index)}: ${message}`, { cause: error });
    }
  }
  return samples;
}

function joined(reports: readonly RunReport[]): RunReport {
  const most = (key: 'kernels' | 'fallbacks'): Map<string, number> => {
    const counts = new Map<string, number>();
    for (const report of reports)
      for (const [op, count] of report[key]) counts.set(op, Math.max(count, counts.get(op) ?? 0));
    return counts;
  };
  return { kernels: most('kernels'), fallbacks: most('fallbacks') };
}

class Collector {
  readonly #job: ObservationJob;
  readonly #backend: TensorBackend;
  readonly #wanted: ReadonlySet<number>;
  readonly #ranges = new Map<number, RangeStatistics>();
  readonly #values = new Map<number, Float64Array | ValueBuckets>();

  constructor(job: ObservationJob, backend: TensorBackend) {
    this.#job = job;
    this.#backend = backend;
    this.#wanted = new Set(job.tensors);
  }

  async take({ tensor, values }: TensorEvent, what: 'range' | 'values' | 'both'): Promise<void> {
    if (!this.#wanted.has(tensor)) return;
    if (what !== 'values') {
      for (const value of values)
        this.#ranges.set(tensor, mergeRanges(this.#ranges.get(tensor), await this.#backend.range(value)));
    }
    if (what === 'range') return;
    const { collect } = this.#job;
    if (collect.kind === 'buckets') await this.#addBuckets(tensor, values);
    else await this.#addHistogram(tensor, values, collect);
  }

  async #addBuckets(tensor: number, values: TensorEvent['values']): Promise<void> {
    const buckets = (this.#values.get(tensor) as ValueBuckets | undefined) ?? new ValueBuckets();
    this.#values.set(tensor, buckets);
    for (const value of values) await this.#backend.valueBuckets(value, buckets);
  }

  async #addHistogram(
    tensor: number,
    values: TensorEvent['values'],
    { bins, skipBelow }: ObservationKind & { kind: 'histogram' },
  ): Promise<void> {
    const max = absMaxOf(this.#ranges.get(tensor)!);
    const counts = (this.#values.get(tensor) as Float64Array | undefined) ?? new Float64Array(bins);
    this.#values.set(tensor, counts);
    // Nothing would be counted, and the bins of a range this small leave the range of float32.
    if (max <= skipBelow) return;
    for (const value of values) await this.#backend.histogram(value, { bins, max, skipBelow }, counts);
  }

  finish(): Map<number, TensorStatistics> {
    const statistics = new Map<number, TensorStatistics>();
    for (const [tensor, range] of this.#ranges)
      statistics.set(tensor, { range, absMax: absMaxOf(range), values: this.#values.get(tensor)! });
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
