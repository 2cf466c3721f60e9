import type { HistogramRequest } from '@mnnquant/graph';
import { flat, type GpuArray } from '../device/gpu-array.ts';
import type { GpuDevice } from '../device/gpu-device.ts';
import { program } from '../device/program.ts';
import { binGrid } from './histogram-request.ts';
import { taken } from './taken.ts';

/** Threads that share the values, for each bin. */
const PARTS = 64;

/** A count in float32 is exact up to 2^24. */
const MOST_VALUES = 2 ** 24;

const PARAMETERS = {
  x: 'array',
  count: 'integer',
  turns: 'integer',
  interval: 'number',
  last: 'number',
  skip: 'number',
  largest: 'number',
} as const;

/** Loops over every `this.output.y`-th value; all threads of a row read the same one. */
const overValues = (found: string): string => `
    for (let i = 0; i < turns; i++) {
      if (i * this.output.y + this.thread.y < count) {
        const value = Math.abs(x[i * this.output.y + this.thread.y]);
        if (value > skip && value <= largest) {
          const bin = Math.min(last, Math.floor(value * interval));
          ${found}
        }
      }
    }`;

/** Thread (b, y) counts the values in bin b. */
const GATHER = program({
  name: 'gathered bins',
  rank: 3,
  parameters: PARAMETERS,
  body: `
    let a = 0.0;
    ${overValues('if (bin == this.thread.x) a += 1.0;')}
    return a;`,
});

/** Thread (b, y) counts the values in bins 4b to 4b + 3. */
const GATHER_WIDE = program({
  name: 'gathered bins, wide',
  rank: 3,
  width: 4,
  parameters: PARAMETERS,
  body: `
    let a = 0.0;
    let b = 0.0;
    let c = 0.0;
    let d = 0.0;
    ${overValues(`
          const place = bin - this.thread.x * 4;
          if (place == 0.0) a += 1.0;
          if (place == 1.0) b += 1.0;
          if (place == 2.0) c += 1.0;
          if (place == 3.0) d += 1.0;`)}
    return [a, b, c, d];`,
});

const ADD_PARTS = program({
  name: 'parts of a histogram',
  rank: 1,
  parameters: { counts: 'array', parts: 'integer' },
  body: `
    let sum = 0.0;
    for (let i = 0; i < parts; i++) sum += counts[i * this.output.x + this.thread.x];
    return sum;`,
});

/** Whether the sums are exact. */
export function canGather({ count }: GpuArray): boolean {
  return count <= MOST_VALUES;
}

/** The device looks at every value once per bin, or per four of them, and only the counts come to the host. */
export async function countGatheredBins(
  device: GpuDevice,
  array: GpuArray,
  request: HistogramRequest,
  counts: Float64Array,
): Promise<void> {
  const { count } = array;
  const args = { x: flat(array), count, turns: Math.ceil(count / PARTS), ...binGrid(request, counts) };
  const width = device.wide ? 4 : 1;
  const threads = Math.ceil(request.bins / width);
  const parts = await device.run(device.wide ? GATHER_WIDE : GATHER, args, [threads, PARTS, 1]);
  try {
    const columns = threads * width;
    const found = await taken(
      device,
      device.run(ADD_PARTS, { counts: flat(parts), parts: PARTS }, [columns]),
    );
    for (let bin = 0; bin < counts.length; bin++) counts[bin] += found[bin];
  } finally {
    parts.release();
  }
}
