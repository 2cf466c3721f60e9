import { floatNotAbove, type HistogramRequest, histogramInterval } from '@mnnquant/graph';
import { flat, type GpuArray } from '../device/gpu-array.ts';
import type { GpuDevice } from '../device/gpu-device.ts';
import { program } from '../device/program.ts';

/** Numbers below this fit twice into the 24 bits that a float32 holds exactly. */
const PACKED_BELOW = 4096;

const LARGEST = 3.4028234663852886e38;

/**
 * For values i and i + half: the bin plus 1, or 0 for what is not counted; both in one number. A NaN fails the comparison.
 */
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

/** The same for one value per number, for more bins than fit twice. */
const BINS = program({
  name: 'bins',
  rank: 1,
  parameters: { x: 'array', interval: 'number', last: 'number', skip: 'number', largest: 'number' },
  body: `
    const value = Math.abs(x[this.thread.x]);
    let bin = 0.0;
    if (value > skip && value <= largest) bin = Math.min(last, Math.floor(value * interval)) + 1.0;
    return bin;`,
});

/**
 * Adds the histogram of |x| to `counts`, with MNN's arithmetic: bins on the device, counting on the host, since kernels
 * cannot write to a place of their choice.
 */
export async function countInBins(
  device: GpuDevice,
  array: GpuArray,
  request: HistogramRequest,
  counts: Float64Array,
): Promise<void> {
  const interval = histogramInterval(request, counts);
  const { bins, skipBelow } = request;
  const grid = { x: flat(array), interval, last: bins - 1, skip: floatNotAbove(skipBelow), largest: LARGEST };
  if (bins >= PACKED_BELOW) {
    countBins(await taken(device, device.run(BINS, grid, [array.count])), counts);
    return;
  }
  const half = Math.ceil(array.count / 2);
  const args = { ...grid, count: array.count, half, shift: PACKED_BELOW };
  countPacked(await taken(device, device.run(PACKED_BINS, args, [half])), counts);
}

async function taken(device: GpuDevice, computed: Promise<GpuArray>): Promise<Float32Array> {
  const array = await computed;
  try {
    return await device.download(array);
  } finally {
    array.release();
  }
}

function countBins(data: Float32Array, counts: Float64Array): void {
  for (const bin of data) if (bin > 0) counts[bin - 1]++;
}

function countPacked(data: Float32Array, counts: Float64Array): void {
  const table = new Uint32Array(counts.length + 1);
  for (let i = 0; i < data.length; i++) {
    const packed = data[i] | 0;
    table[packed & (PACKED_BELOW - 1)]++;
    table[packed >> 12]++;
  }
  for (let bin = 0; bin < counts.length; bin++) counts[bin] += table[bin + 1];
}
