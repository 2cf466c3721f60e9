// Three ways to a histogram of values that lie on the device, in milliseconds; after the build:
//
//   node packages/tensor-gpu/bench/histogram.mjs [--values 1000000] [--rounds 5]
//
// "bins" is what the backend does: the device finds the bin of each value and packs two into a number, the host counts.
// "values" downloads the values and does everything on the host; "gather" has one thread per bin look at every value.
import { parseArgs } from 'node:util';
import { addToHistogram } from '@mnnquant/graph';
import { flat } from '../dist/device/gpu-array.js';
import { program } from '../dist/device/program.js';
import { createWebGpuDevice } from '../dist/device/webgpu-device.js';
import { provideWebGpu } from '../dist/node/web-gpu.js';
import { countInBins } from '../dist/statistics/histogram.js';
import { GPU_JS } from '../dist/vendor.js';

const BINS = 2048;

const GATHER = program({
  name: 'gather',
  rank: 3,
  parameters: {
    x: 'array',
    count: 'integer',
    turns: 'integer',
    interval: 'number',
    last: 'number',
    skip: 'number',
  },
  body: `
    let found = 0.0;
    for (let i = 0; i < turns; i++) {
      if (i * this.output.y + this.thread.y < count) {
        const value = Math.abs(x[i * this.output.y + this.thread.y]);
        if (value > skip && Math.min(last, Math.floor(value * interval)) == this.thread.x) found += 1.0;
      }
    }
    return found;`,
});

const { values: options } = parseArgs({
  options: { values: { type: 'string', default: '1000000' }, rounds: { type: 'string', default: '5' } },
});
const count = Number(options.values);
await provideWebGpu();
const device = await createWebGpuDevice(GPU_JS);
const data = new Float32Array(count).map((_, i) => Math.sin(i) ** 3);
const array = await device.upload(data);
const request = { bins: BINS, max: 1, skipBelow: 1e-6 };

const WAYS = {
  bins: async (counts) => countInBins(device, array, request, counts),
  values: async (counts) => addToHistogram(await device.download(array), request, counts),
  gather: async (counts) => {
    const parts = 64;
    const args = {
      x: flat(array),
      count,
      turns: Math.ceil(count / parts),
      interval: BINS,
      last: BINS - 1,
      skip: 1e-6,
    };
    const result = await device.run(GATHER, args, [BINS, parts, 1]);
    const partial = await device.download(result);
    for (const [i, found] of partial.entries()) counts[i % BINS] += found;
    result.release();
  },
};

const expected = new Float64Array(BINS);
addToHistogram(data, request, expected);
console.log(`${device.description}, ${count} values`);
for (const [name, way] of Object.entries(WAYS)) {
  const times = [];
  for (let round = 0; round <= Number(options.rounds); round++) {
    const counts = new Float64Array(BINS);
    const started = performance.now();
    await way(counts);
    // The first round compiles.
    if (round > 0) times.push(performance.now() - started);
    if (counts.some((found, bin) => found !== expected[bin])) throw new Error(`${name}: wrong counts`);
  }
  console.log(`${name.padEnd(8)} ${Math.min(...times).toFixed(2)} (least of ${times.length})`);
}
array.release();
await device.dispose();
