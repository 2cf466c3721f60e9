import type { GraphNode, TensorData, TensorDesc } from '@mnnquant/graph';
import { ChannelMeans } from './channel-means.ts';
import { channelsOf, forEachRun } from './channels.ts';
import { resultGrid } from './fine-convolution.ts';
import type { SampleParts } from './sample-parts.ts';
import { boundedBin, FINE_BINS, fineBinOrigin, roundedBins } from './solve-shift.ts';

/** Results of a convolution before they are rounded, counted by channel. */
export class FineCounts {
  /** What they are once rounded, in whole numbers with the zero point. */
  readonly means: ChannelMeans;
  readonly #counts: Uint32Array;
  readonly #rounded: Int16Array;
  readonly #zero: number;

  /** @param parts of all samples that there will be */
  constructor(node: GraphNode, channels: number, parts: SampleParts) {
    this.means = new ChannelMeans(parts);
    const grid = resultGrid(node);
    this.#counts = new Uint32Array(channels * FINE_BINS);
    this.#rounded = roundedBins(grid);
    this.#zero = grid.zero;
  }

  add(sample: number, data: TensorData, desc: Pick<TensorDesc, 'shape' | 'layout'>): void {
    const [counts, rounded] = [this.#counts, this.#rounded];
    const channels = channelsOf(desc);
    const sums = new Float64Array(channels.count);
    // Whole numbers, as integers for a fast index: a bin is `fineBin`'s.
    const origin = fineBinOrigin(this.#zero);
    forEachRun(data.length, channels, (channel, start, end) => {
      const own = channel * FINE_BINS;
      let sum = 0;
      for (let i = start; i < end; i++) {
        const bin = boundedBin((data[i]! + origin) | 0);
        counts[own + bin]!++;
        sum += rounded[bin]!;
      }
      sums[channel]! += sum;
    });
    this.means.add(sample, sums, data.length / Math.max(1, channels.count));
  }

  of(channel: number): Uint32Array {
    return this.#counts.subarray(channel * FINE_BINS, (channel + 1) * FINE_BINS);
  }
}
