import { budgetOn, samplesWithin } from './activation-memory.ts';
import type { RangeStatistics, TensorBackend } from './backend.ts';
import { Collector } from './collector.ts';
import type { ExecutionPlan } from './graph.ts';
import { loadSamples, sampleName } from './load-samples.ts';
import { GraphError } from './op.ts';
import { Program, type RunReport, type RunVisitor, type Sample } from './program.ts';
import { joinedReports } from './run-reports.ts';
import type { ValueBuckets } from './value-buckets.ts';

/** How the values of a tensor are to be counted. */
export type ObservationKind =
  | {
      readonly kind: 'histogram';
      /** Number of equal bins of [0, largest |x|]. */
      readonly bins: number;
      /** |x| at or below this is not counted. */
      readonly skipBelow: number;
      /** Whether buckets are filled as well, for solvers that need them. */
      readonly withBuckets?: boolean;
    }
  | { readonly kind: 'buckets' };

/** Samples of one shape. */
export interface ObservationRun {
  readonly plan: ExecutionPlan;
  /** What `load` is called with, ascending. */
  readonly samples: readonly number[];
}

/** What to measure. */
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
  /**
   * Called for a tensor as soon as all samples have been counted, if that is before all tensors are: while other
   * threads go on counting, this one may do what comes next.
   */
  onStatistics?(tensor: number, statistics: TensorStatistics): void;
  /** Called after every step; `total` is fixed from the first call on. */
  onProgress?(done: number, total: number): void;
}

export interface TensorStatistics {
  readonly range: RangeStatistics;
  /** Largest finite |x|. */
  readonly absMax: number;
  /** Counts of |x| over equal bins of [0, absMax], all zero when absMax is 0; or its buckets. */
  readonly values: Float64Array | ValueBuckets;
  /** With `withBuckets`: the buckets beside the histogram. */
  readonly buckets?: ValueBuckets;
}

export interface Observation {
  readonly tensors: ReadonlyMap<number, TensorStatistics>;
  /** Of all runs together. */
  readonly report: RunReport;
  /** 1: every sample ran once. 2: histograms whose range was not known before the last sample ran. */
  readonly passes: 1 | 2;
  /** Why there were two. */
  readonly twice?: 'memory' | 'shapes';
  readonly samplesAtOnce: number;
}

/**
 * Ranges and histograms (or buckets) of tensors over all samples.
 *
 * Layer by layer over all samples at once where they have one shape and their activations fit the
 * budget: then a layer's range is exact before its histogram is taken. Else two passes over chunks of
 * samples. Both give the same numbers: counts are integers and minimum and maximum do not depend on
 * the order. Buckets need no range, so one pass does; their sums are exact.
 *
 * @throws {GraphError} naming the sample that could not be loaded or does not fit
 */
export async function observe(job: ObservationJob, backend: TensorBackend): Promise<Observation> {
  checkJob(job);
  const budget = budgetOn(backend, job.memoryBudgetBytes);
  const runs = job.runs.filter(({ samples }) => samples.length > 0);
  const chunks = runs.flatMap((run) => chunksOf(run, budget, backend.concurrency));
  const passes = chunks.length === 1 || job.collect.kind === 'buckets' ? 1 : 2;
  const collector = new Collector(job, backend);
  const progress = progressOf(job, passes);
  const reports: RunReport[] = [];
  for (let pass = 1; pass <= passes; pass++) {
    const what = passes === 1 ? 'both' : pass === 1 ? 'range' : 'values';
    for (const run of runs) {
      const own = chunks.filter((chunk) => chunk.run === run);
      const report = await observeRun(job, backend, own, collector.visitor(what), progress);
      if (pass === 1) reports.push(report);
    }
  }
  const samplesAtOnce = Math.max(...chunks.map(({ samples }) => samples.length));
  const twice = passes === 1 ? {} : ({ twice: chunks.length > runs.length ? 'memory' : 'shapes' } as const);
  return { tensors: collector.finish(), report: joinedReports(reports), passes, ...twice, samplesAtOnce };
}

/** Samples of a run that are in memory together. */
interface Chunk {
  readonly run: ObservationRun;
  readonly samples: readonly number[];
}

/**
 * Samples per thread in a chunk where not all fit: more would only take memory, and fewer have the threads wait for
 * each other more often.
 */
const CHUNK_PER_THREAD = 16;

function chunksOf(run: ObservationRun, budget: number, concurrency = 1): Chunk[] {
  const most = samplesWithin(run.plan, budget, concurrency);
  const fitting = most >= run.samples.length ? most : Math.min(most, CHUNK_PER_THREAD * concurrency);
  const starts = Array.from({ length: Math.ceil(run.samples.length / fitting) }, (_, i) => i * fitting);
  return starts.map((start) => ({ run, samples: run.samples.slice(start, start + fitting) }));
}

async function observeRun(
  job: ObservationJob,
  backend: TensorBackend,
  chunks: readonly Chunk[],
  visitor: RunVisitor,
  onStep: (samples: number) => void,
): Promise<RunReport> {
  const program = new Program(chunks[0].run.plan, backend, { strict: job.strict });
  try {
    let next = loadSamples(job, chunks[0].samples);
    for (const [i, { samples }] of chunks.entries()) {
      const loaded = await next;
      // Read while these are computed.
      if (i + 1 < chunks.length) next = loadSamples(job, chunks[i + 1].samples);
      next.catch(() => {});
      const nameOf = (position: number) => sampleName(job, samples[position]);
      const watching = { ...visitor, onStep: () => onStep(samples.length) };
      await program.visit(loaded, watching, nameOf, samples[0]);
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
