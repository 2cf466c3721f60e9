import type { RangeStatistics, TensorBackend } from './backend.ts';
import type { ObservationJob, TensorStatistics } from './observe.ts';
import { GraphError } from './op.ts';
import type { RunVisitor, SampleEvent } from './program.ts';
import { ValueBuckets } from './value-buckets.ts';

type HistogramKind = ObservationJob['collect'] & { readonly kind: 'histogram' };

/** What a pass is to find out. */
export type PassKind = 'range' | 'values' | 'both';

/** Gathers the statistics of an observation from the events of its runs. */
export class Collector {
  readonly #job: ObservationJob;
  readonly #backend: TensorBackend;
  readonly #wanted: ReadonlySet<number>;
  readonly #ranges = new Map<number, RangeStatistics>();
  readonly #counts = new Map<number, Float64Array>();
  readonly #buckets = new Map<number, ValueBuckets>();
  /** By tensor: ranges that were asked for in the only pass. */
  readonly #asked = new Map<number, Promise<void>[]>();
  readonly #samples: number;
  /** By tensor: samples that are still to be counted. */
  readonly #left = new Map<number, number>();
  /** Largest |x| of tensors, once all that was asked for is known. */
  readonly #maxima = new Map<number, Promise<number>>();

  constructor(job: ObservationJob, backend: TensorBackend) {
    this.#job = job;
    this.#backend = backend;
    if ((backend.concurrency ?? 1) > 1 && backend.histogramLater === undefined)
      throw new GraphError(`the backend ${backend.name} queues samples but has no histogramLater`);
    this.#wanted = new Set(job.tensors);
    this.#samples = job.runs.reduce((sum, { samples }) => sum + samples.length, 0);
  }

  /**
   * Ranges and buckets are taken while a tensor is fresh. A histogram needs the range over all samples: in a single
   * pass it is taken when the next op is about to read the tensor, which brings it into the cache for both.
   */
  visitor(what: PassKind): RunVisitor {
    const { collect } = this.#job;
    if (collect.kind === 'buckets') {
      return {
        onSample: this.#forWanted((event) => Promise.all([this.#range(event), this.#bucketed(event)])),
      };
    }
    // Buckets need no range, so they are filled with the first look.
    const fresh = (event: SampleEvent): Promise<unknown> => {
      const range = this.#remembered(event.tensor, this.#range(event));
      return collect.withBuckets ? Promise.all([range, this.#bucketed(event)]) : range;
    };
    const histogram = this.#forWanted((event) => this.#histogram(event, collect));
    if (what === 'values') return { onSample: histogram };
    if (what === 'range') return { onSample: this.#forWanted(fresh) };
    return {
      onSample: this.#forWanted(fresh),
      beforeRead: this.#forWanted((event) =>
        this.#counted(event.tensor, this.#laterHistogram(event, collect)),
      ),
    };
  }

  finish(): Map<number, TensorStatistics> {
    return new Map([...this.#ranges.keys()].map((tensor) => [tensor, this.#statisticsOf(tensor)]));
  }

  #statisticsOf(tensor: number): TensorStatistics {
    const range = this.#ranges.get(tensor)!;
    const seen = { range, absMax: absMaxOf(range) };
    const counts = this.#counts.get(tensor);
    const buckets = this.#buckets.get(tensor);
    // What was asked for is there: every tensor was seen with every sample.
    if (counts === undefined) return { ...seen, values: buckets! };
    return { ...seen, values: counts, ...(buckets && { buckets }) };
  }

  async #counted(tensor: number, counting: Promise<unknown>): Promise<void> {
    await counting;
    const left = (this.#left.get(tensor) ?? this.#samples) - 1;
    this.#left.set(tensor, left);
    if (left === 0) this.#job.onStatistics?.(tensor, this.#statisticsOf(tensor));
  }

  #forWanted(take: (event: SampleEvent) => Promise<unknown>): (event: SampleEvent) => void | Promise<void> {
    return (event) => (this.#wanted.has(event.tensor) ? (take(event) as Promise<void>) : undefined);
  }

  async #range({ tensor, value }: SampleEvent): Promise<void> {
    const range = await this.#backend.range(value);
    this.#ranges.set(tensor, mergeRanges(this.#ranges.get(tensor), range));
  }

  #remembered(tensor: number, range: Promise<void>): Promise<void> {
    const asked = this.#asked.get(tensor);
    if (asked === undefined) this.#asked.set(tensor, [range]);
    else asked.push(range);
    return range;
  }

  async #bucketed({ tensor, value }: SampleEvent): Promise<void> {
    const buckets = this.#buckets.get(tensor) ?? new ValueBuckets();
    this.#buckets.set(tensor, buckets);
    await this.#backend.valueBuckets(value, buckets);
  }

  async #histogram({ tensor, value }: SampleEvent, collect: HistogramKind): Promise<void> {
    const { bins, skipBelow } = collect;
    const max = absMaxOf(this.#ranges.get(tensor)!);
    const counts = this.#countsOf(tensor, collect);
    // Nothing would be counted, and the bins of a range this small leave the range of float32.
    if (max > skipBelow) await this.#backend.histogram(value, { bins, max, skipBelow }, counts);
  }

  /** In the only pass: the range of all samples has been asked for, and may still be on its way. */
  #laterHistogram(event: SampleEvent, collect: HistogramKind): Promise<void> {
    const { tensor, value } = event;
    if (this.#backend.histogramLater === undefined) return this.#histogram(event, collect);
    let max = this.#maxima.get(tensor);
    if (max === undefined) {
      max = Promise.all(this.#asked.get(tensor)!).then(() => absMaxOf(this.#ranges.get(tensor)!));
      // Whoever asked for the ranges is told.
      max.catch(() => {});
      this.#maxima.set(tensor, max);
    }
    return this.#backend.histogramLater(value, collect, max, this.#countsOf(tensor, collect));
  }

  #countsOf(tensor: number, { bins }: HistogramKind): Float64Array {
    const counts = this.#counts.get(tensor) ?? new Float64Array(bins);
    this.#counts.set(tensor, counts);
    return counts;
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
