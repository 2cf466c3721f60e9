import type { HistogramRequest } from '@mnnquant/graph';
import { flat, type GpuArray } from '../device/gpu-array.ts';
import type { GpuDevice } from '../device/gpu-device.ts';
import { program } from '../device/program.ts';
import { binGrid } from './histogram-request.ts';
import { taken } from './taken.ts';

/** Numbers below this fit twice into the 24 bits that a float32 holds exactly. */
const PACKED_BELOW = 4096;
const PACKED_BITS = 12;

/** For values i and i + half: the bin plus 1, or 0 for what is not counted; both in one number. A NaN fails the comparison. */
const PACKED_BINS = program({
  name: 'packed bins',
  rank: 1,
  parameters: {
    x: 'array',
    count: 'integer',
    half: 'integer',
    interval: 'number',
    last: 'number',
    skip: 'number',
    largest: 'number',
    shift: 'number',
  },
  body: `
    const first = Math.abs(x[this.thread.x]);
    let packed = 0.0;
    if (first > skip && first <= largest) packed = Math.min(last, Math.floor(first * interval)) + 1.0;
    if (this.thread.x + half < count) {
      const second = Math.abs(x[this.thread.x + half]);
      if (second > skip && second <= largest)
        packed += shift * (Math.min(last, Math.floor(second * interval)) + 1.0);
    }
    return packed;`,
});

/** Whether bins of a request can be packed. */
export function canPack({ bins }: HistogramRequest): boolean {
  return bins < PACKED_BELOW;
}

/** The device finds the bins, two to a number, the host counts: two bytes per value on the way. */
export async function countPackedBins(
  device: GpuDevice,
  array: GpuArray,
  request: HistogramRequest,
  counts: Float64Array,
): Promise<void> {
  const half = Math.ceil(array.count / 2);
  const grid = binGrid(request, counts);
  const args = { x: flat(array), ...grid, count: array.count, half, shift: PACKED_BELOW };
  const packed = await taken(device, device.run(PACKED_BINS, args, [half]));
  const table = new Uint32Array(counts.length + 1);
  for (let i = 0; i < packed.length; i++) {
    const pair = packed[i] | 0;
    table[pair & (PACKED_BELOW - 1)]++;
    table[pair >> PACKED_BITS]++;
  }
  for (let bin = 0; bin < counts.length; bin++) counts[bin] += table[bin + 1];
}
