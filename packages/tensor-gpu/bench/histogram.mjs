// The ways to a histogram of values that lie on the device, in milliseconds; after the build:
//
//   node packages/tensor-gpu/bench/histogram.mjs [--values 1000000] [--rounds 5] [--without-gather]
//
// The backend measures the same on the first large array of a run and keeps to the fastest way; on a device in software
// the host counts. There "gather" takes twenty seconds for a million values.
import { parseArgs } from 'node:util';
import { addToHistogram } from '@mnnquant/graph';
import { createWebGpuDevice } from '../dist/device/webgpu-device.js';
import { provideWebGpu } from '../dist/node/web-gpu.js';
import { countGatheredBins } from '../dist/statistics/gathered-bins.js';
import { countOnHost } from '../dist/statistics/histogram.js';
import { countPackedBins } from '../dist/statistics/packed-bins.js';
import { GPU_JS } from '../dist/vendor.js';

const { values: options } = parseArgs({
  options: {
    values: { type: 'string', default: '1000000' },
    rounds: { type: 'string', default: '5' },
    'without-gather': { type: 'boolean', default: false },
  },
});
const WAYS = {
  'everything on the host': countOnHost,
  'bins on the device, packed; counts on the host': countPackedBins,
  ...(!options['without-gather'] && { 'everything on the device (gather)': countGatheredBins }),
};

const count = Number(options.values);
await provideWebGpu();
const device = await createWebGpuDevice(GPU_JS);
const data = new Float32Array(count).map((_, i) => Math.sin(i) ** 3);
const array = await device.upload(data);
const request = { bins: 2048, max: 1, skipBelow: 1e-6 };
const expected = new Float64Array(request.bins);
addToHistogram(data, request, expected);
console.log(`${device.description}, ${count} values, ${request.bins} bins`);
for (const [name, way] of Object.entries(WAYS)) {
  const times = [];
  for (let round = 0; round <= Number(options.rounds); round++) {
    const counts = new Float64Array(request.bins);
    const started = performance.now();
    await way(device, array, request, counts);
    // The first round compiles.
    if (round > 0) times.push(performance.now() - started);
    if (counts.some((found, bin) => found !== expected[bin])) throw new Error(`${name}: wrong counts`);
  }
  console.log(
    `${Math.min(...times)
      .toFixed(2)
      .padStart(9)}  ${name} (least of ${times.length})`,
  );
}
array.release();
await device.dispose();
