import type { GraphNode, TensorData, TensorDesc } from '@mnnquant/graph';
import { channelsOf, forEachRun } from './channels.ts';
import { resultGrid } from './fine-convolution.ts';
import { boundedBin, FINE_BINS, fineBinOrigin } from './solve-shift.ts';

/** Results of a convolution before they are rounded, counted by channel. */
export class FineCounts {
  readonly #counts: Uint32Array;
  readonly #zero: number;

  constructor(node: GraphNode, channels: number) {
    this.#counts = new Uint32Array(channels * FINE_BINS);
    this.#zero = resultGrid(node).zero;
  }

  add(data: TensorData, desc: Pick<TensorDesc, 'shape' | 'layout'>): void {
    const counts = this.#counts;
    // Whole numbers, as integers for a fast index: a bin is `fineBin`'s.
    const origin = fineBinOrigin(this.#zero);
    forEachRun(data.length, channelsOf(desc), (channel, start, end) => {
      const own = channel * FINE_BINS;
      for (let i = start; i < end; i++) counts[own + boundedBin((data[i]! + origin) | 0)]!++;
    });
  }

  of(channel: number): Uint32Array {
    return this.#counts.subarray(channel * FINE_BINS, (channel + 1) * FINE_BINS);
  }
}
