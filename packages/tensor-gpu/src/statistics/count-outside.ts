import { flat, type GpuArray } from '../device/gpu-array.ts';
import type { GpuDevice } from '../device/gpu-device.ts';
import { program } from '../device/program.ts';
import { chunksOf } from './chunks.ts';

const COUNT_OUTSIDE = program({
  name: 'count outside',
  rank: 1,
  parameters: { x: 'array', count: 'integer', turns: 'integer', low: 'number', high: 'number' },
  body: `
    let outside = 0.0;
    for (let i = 0; i < turns; i++) {
      if (i * this.output.x + this.thread.x < count) {
        const value = x[i * this.output.x + this.thread.x];
        if (value <= low || value >= high) outside += 1.0;
      }
    }
    return outside;`,
});

/** A count in float32 is exact up to 2^24. */
const MOST_TURNS = 2 ** 24;

/** How many values are at or beyond an end. */
export async function arrayOutside(
  device: GpuDevice,
  array: GpuArray,
  low: number,
  high: number,
): Promise<number> {
  const { threads, turns } = chunksOf(array.count, MOST_TURNS);
  const parts = await device.run(
    COUNT_OUTSIDE,
    { x: flat(array), count: array.count, turns, low: Math.fround(low), high: Math.fround(high) },
    [threads],
  );
  try {
    return (await device.download(parts)).reduce((sum, part) => sum + part, 0);
  } finally {
    parts.release();
  }
}
