import type { TensorData, TensorDesc } from '@mnnquant/graph';
import { channelsOf, forEachRun } from './channels.ts';
import type { SampleParts } from './sample-parts.ts';

/** The mean of a channel in one sample, or in some that are taken together. */
export interface SampleMean {
  readonly mean: number;
  /** How many values it is of. */
  readonly values: number;
}

interface Sums {
  readonly sums: Float64Array;
  readonly values: number;
}

/**
 * Sums per channel, kept apart by sample, or by parts of some samples: so their total does not depend on who came first, one sees how
 * samples differ, and memory does not grow with their number (2 kB for each channel at most, and the sums of samples whose parts are not
 * complete yet: of those that run at a time).
 */
export class ChannelMeans {
  readonly #split: SampleParts;
  #samples = 0;
  readonly #parts = new Map<number, Sums>();
  /** By part: its samples, as long as some are missing. */
  readonly #incomplete = new Map<number, Map<number, Sums>>();
  /** In the order of the parts; made when it is asked for. */
  #ordered: readonly Sums[] | undefined;

  /** @param split of all samples that there will be */
  constructor(split: SampleParts) {
    this.#split = split;
  }

  addValues(sample: number, data: TensorData, desc: Pick<TensorDesc, 'shape' | 'layout'>): void {
    const channels = channelsOf(desc);
    const sums = new Float64Array(channels.count);
    forEachRun(data.length, channels, (channel, start, end) => {
      let sum = 0;
      for (let i = start; i < end; i++) sum += data[i]!;
      sums[channel]! += sum;
    });
    this.add(sample, sums, data.length / Math.max(1, channels.count));
  }

  /**
   * @param sample one of the parts', each once
   * @param sums [C] of `values` values each
   */
  add(sample: number, sums: Float64Array, values: number): void {
    const part = this.#split.partOf(sample);
    const own = this.#incomplete.get(part) ?? new Map<number, Sums>();
    this.#incomplete.set(part, own.set(sample, { sums, values }));
    this.#samples++;
    this.#ordered = undefined;
    if (own.size < this.#split.sizeOf(part)) return;
    this.#parts.set(part, together(own));
    this.#incomplete.delete(part);
  }

  get samples(): number {
    return this.#samples;
  }

  /** C; 0 where nothing was seen. */
  get channels(): number {
    return this.#inOrder()[0]?.sums.length ?? 0;
  }

  /** Of one channel, in the order of the parts; means are not finite where some value is not. */
  of(channel: number): SampleMean[] {
    return this.#inOrder().map(({ sums, values }) => ({ mean: sums[channel]! / values, values }));
  }

  #inOrder(): readonly Sums[] {
    if (this.#ordered === undefined) {
      const incomplete = [...this.#incomplete].map(([part, own]) => [part, together(own)] as const);
      this.#ordered = [...this.#parts, ...incomplete].sort(([a], [b]) => a - b).map(([, one]) => one);
    }
    return this.#ordered;
  }
}

/** In the order of the samples: sums depend on it. */
function together(samples: ReadonlyMap<number, Sums>): Sums {
  const [first, ...others] = [...samples].sort(([a], [b]) => a - b).map(([, one]) => one) as [
    Sums,
    ...Sums[],
  ];
  if (others.length === 0) return first;
  const sums = first.sums.slice();
  for (const other of others) for (let c = 0; c < sums.length; c++) sums[c]! += other.sums[c]!;
  return { sums, values: others.reduce((sum, { values }) => sum + values, first.values) };
}
