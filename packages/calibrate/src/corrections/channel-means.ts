import type { TensorData, TensorDesc } from '@mnnquant/graph';
import { channelsOf, forEachRun } from './channels.ts';

/** The mean of a channel in one sample. */
export interface SampleMean {
  readonly mean: number;
  /** How many values it is of. */
  readonly values: number;
}

/** Of one sample. */
interface Sums {
  readonly sums: Float64Array;
  readonly values: number;
}

/** Sums per channel, kept apart by sample: so their total does not depend on who came first, and one sees how samples differ. */
export class ChannelMeans {
  readonly #bySample = new Map<number, Sums>();
  /** In the order of the samples; made when it is asked for. */
  #ordered: readonly Sums[] | undefined;

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

  /** @param sums [C] of `values` values each */
  add(sample: number, sums: Float64Array, values: number): void {
    this.#bySample.set(sample, { sums, values });
    this.#ordered = undefined;
  }

  get samples(): number {
    return this.#bySample.size;
  }

  /** C; 0 where nothing was seen. */
  get channels(): number {
    const [first] = this.#bySample.values();
    return first?.sums.length ?? 0;
  }

  /** Of one channel, in the order of the samples; means are not finite where some value is not. */
  of(channel: number): SampleMean[] {
    this.#ordered ??= [...this.#bySample].sort(([a], [b]) => a - b).map(([, one]) => one);
    return this.#ordered.map(({ sums, values }) => ({ mean: sums[channel]! / values, values }));
  }
}
