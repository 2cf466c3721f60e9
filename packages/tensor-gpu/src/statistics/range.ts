import type { RangeStatistics } from '@mnnquant/graph';
import { flat, type GpuArray } from '../device/gpu-array.ts';
import type { GpuDevice } from '../device/gpu-device.ts';
import { program } from '../device/program.ts';
import { chunksOf } from './chunks.ts';

/** Largest float32. */
export const LARGEST = 3.4028234663852886e38;

/**
 * Thread x looks at every `threads`-th value: row 0 of the output has the smallest finite ones, row 1 the largest, row 2
 * how many are not finite. A NaN fails every comparison.
 */
const RANGE = program({
  name: 'range',
  rank: 3,
  parameters: { x: 'array', count: 'integer', turns: 'integer', infinity: 'number', largest: 'number' },
  body: `
    let least = infinity;
    let most = -infinity;
    let others = 0.0;
    for (let i = 0; i < turns; i++) {
      if (i * this.output.x + this.thread.x < count) {
        const value = x[i * this.output.x + this.thread.x];
        if (value >= -largest && value <= largest) {
          least = Math.min(least, value);
          most = Math.max(most, value);
        } else {
          others += 1.0;
        }
      }
    }
    if (this.thread.y == 0) return least;
    if (this.thread.y == 1) return most;
    return others;`,
});

/** Smallest and largest finite value: on the device per thread, over the threads here. */
export async function arrayRange(device: GpuDevice, array: GpuArray): Promise<RangeStatistics> {
  const { threads, turns } = chunksOf(array.count);
  const parts = await device.run(
    RANGE,
    { x: flat(array), count: array.count, turns, infinity: Number.POSITIVE_INFINITY, largest: LARGEST },
    [threads, 3, 1],
  );
  try {
    const data = await device.download(parts);
    let min = Number.POSITIVE_INFINITY;
    let max = Number.NEGATIVE_INFINITY;
    let nonFinite = 0;
    for (let i = 0; i < threads; i++) {
      min = Math.min(min, data[i]);
      max = Math.max(max, data[threads + i]);
      nonFinite += data[2 * threads + i];
    }
    return { min, max, count: array.count, nonFinite };
  } finally {
    parts.release();
  }
}
