// Speed of single kernels on one thread: GFLOP/s of layers, G elements/s of statistics. After the build:
//
//   node packages/tensor-cpu/bench/kernels.mjs [--rounds 12] [--json FILE]
//
// FLOP are those of the definition (2 per multiply-add), also where Winograd needs fewer. Best of interleaved rounds: a slow
// phase of the machine then hits all alike. Beside the ordinary kernels those with relaxed multiply-adds (`--fast-math`).
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { ValueBuckets } from '@mnnquant/graph';
import { loadFastKernels, loadKernels } from '@mnnquant/tensor-cpu/node';
import { createContext } from '../dist/create-context.js';
import { bindDenseConvolution } from '../dist/kernels/dense-convolution.js';
import { bindDepthwiseConvolution } from '../dist/kernels/depthwise-convolution.js';
import { bindWinogradConvolution } from '../dist/kernels/winograd-convolution.js';
import { compareTensors } from '../dist/statistics/compare.js';
import { fakeQuantizeTensor } from '../dist/statistics/fake-quantize.js';
import { tensorHistogram } from '../dist/statistics/histogram.js';
import { tensorRange } from '../dist/statistics/range.js';
import { tensorBuckets } from '../dist/statistics/value-buckets.js';
import { CpuTensor } from '../dist/tensor.js';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '12' },
    json: { type: 'string' },
  },
});

const DENSE = bindDenseConvolution;
const DEPTHWISE = bindDepthwiseConvolution;
const WINOGRAD = bindWinogradConvolution;

// name, how, input channels, output channels, input size, kernel, stride
const LAYERS = [
  ['1x1 96-24 @56', DENSE, 96, 24, 56, 1, 1],
  ['1x1 24-144 @56', DENSE, 24, 144, 56, 1, 1],
  ['1x1 160-960 @7', DENSE, 160, 960, 7, 1, 1],
  ['1x1 960-320 @7', DENSE, 960, 320, 7, 1, 1],
  ['depthwise 144 @56', DEPTHWISE, 144, 144, 56, 3, 1],
  ['depthwise s2 144 @56', DEPTHWISE, 144, 144, 56, 3, 2],
  ['depthwise s2 96 @112', DEPTHWISE, 96, 96, 112, 3, 2],
  ['3x3 s2 3-32 @224', DENSE, 3, 32, 224, 3, 2],
  ['3x3 16-64 @56, in order', DENSE, 16, 64, 56, 3, 1],
  ['3x3 16-64 @56, Winograd', WINOGRAD, 16, 64, 56, 3, 1],
  ['3x3 64-64 @56, in order', DENSE, 64, 64, 56, 3, 1],
  ['3x3 64-64 @56, Winograd', WINOGRAD, 64, 64, 56, 3, 1],
  ['3x3 256-256 @14, in order', DENSE, 256, 256, 14, 3, 1],
  ['3x3 256-256 @14, Winograd', WINOGRAD, 256, 256, 14, 3, 1],
  ['fully connected 1280-1000', DENSE, 1280, 1000, 1, 1, 1],
];

/** Elements that fit a second-level cache, and ones that fit no cache. */
const CACHED = 2 ** 15;
const UNCACHED = 2 ** 25;

/** Floating point operations, or elements, that one measurement should at least take. */
const WORK = { 'GFLOP/s': 2e8, 'G elements/s': 2 ** 23 };

function numbers(count) {
  let state = 1;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

function place(context, shape, data) {
  const count = shape.reduce((a, b) => a * b);
  const tensor = new CpuTensor(
    { shape, dtype: 'float32', layout: 'NCHW' },
    context.heap.allocate(count * 4),
    count,
  );
  if (data) context.memory.float32.set(data, tensor.address >>> 2);
  return tensor;
}

/** The layer with ReLU6 and half of its window as padding. */
function layer(context, [name, bind, channels, outputs, size, kernel, stride]) {
  const pad = kernel >> 1;
  const outSize = Math.floor((size + 2 * pad - kernel) / stride) + 1;
  const group = bind === DEPTHWISE ? channels : 1;
  const weight = numbers(((outputs * channels) / group) * kernel * kernel);
  const window = {
    channels: channels / group,
    height: size,
    width: size,
    outHeight: outSize,
    outWidth: outSize,
    kernelHeight: kernel,
    kernelWidth: kernel,
    strideY: stride,
    strideX: stride,
    dilationY: 1,
    dilationX: 1,
    padTop: pad,
    padLeft: pad,
  };
  const job = {
    owner: {},
    window,
    batch: 1,
    group,
    outputChannels: outputs,
    weight: () => weight,
    lo: 0,
    hi: 6,
  };
  const run = bind(context, { ...job, bias: numbers(outputs) });
  const x = place(context, [1, channels, size, size], numbers(channels * size * size));
  const y = place(context, [1, outputs, outSize, outSize]);
  const work = 2 * outputs * outSize * outSize * (channels / group) * kernel * kernel;
  return { group: 'layers', name, unit: 'GFLOP/s', work, run: () => run([x], [y]) };
}

function statistics(context, count, where) {
  const data = numbers(count);
  const [x, y] = [place(context, [count], data), place(context, [count], data)];
  const counts = new Float64Array(2048);
  const request = { bins: 2048, max: 1, skipBelow: 1e-5 };
  const params = { scale: 1 / 127, zeroPoint: 0, min: -127, max: 127 };
  const runs = {
    range: () => tensorRange(context, x),
    histogram: () => tensorHistogram(context, x, request, counts),
    compare: () => compareTensors(context, x, y),
    'fake quantize': () => fakeQuantizeTensor(context, y, params),
    'value buckets': () => tensorBuckets(context, x, new ValueBuckets()),
  };
  return Object.entries(runs).map(([name, run]) => {
    return { group: 'statistics', name: `${name}, ${where}`, unit: 'G elements/s', work: count, run };
  });
}

function measure(jobs) {
  for (const job of jobs) job.ms = Number.POSITIVE_INFINITY;
  for (let round = 0; round < Number(options.rounds); round++) {
    for (const job of jobs) {
      const repeats = Math.max(1, Math.round(WORK[job.unit] / job.work));
      const start = performance.now();
      for (let i = 0; i < repeats; i++) job.run();
      job.ms = Math.min(job.ms, (performance.now() - start) / repeats);
    }
  }
  return jobs.map(({ group, name, unit, work, ms }) => ({ group, name, value: work / ms / 1e6, unit, ms }));
}

function jobsOf(context) {
  return [
    ...LAYERS.map((row) => layer(context, row)),
    ...statistics(context, CACHED, 'cached'),
    ...statistics(context, UNCACHED, 'from memory'),
  ];
}

// On by itself from Node 22.
if (Number.parseInt(process.versions.node, 10) < 22) setFlagsFromString('--experimental-wasm-relaxed-simd');
const modules = [await loadKernels(), await loadFastKernels()];
const sets = [];
for (const module of modules) sets.push(jobsOf(await createContext(module, 2 ** 31)));
const [plain] = sets;
const results = measure(sets.flat());

/** Rows of one unit: the ordinary kernels and the fast ones. */
function rowsOf(unit) {
  return plain.flatMap((job, i) =>
    job.unit === unit
      ? [{ Kernel: job.name, [unit]: results[i].value, 'with --fast-math': results[plain.length + i].value }]
      : [],
  );
}

console.log(
  `Node ${process.version}, 1 of ${availableParallelism()} cores, best of ${options.rounds} rounds; the second number: --fast-math`,
);
const tables = { 'Layers, one thread': rowsOf('GFLOP/s'), 'Statistics, one thread': rowsOf('G elements/s') };
for (const rows of Object.values(tables)) {
  for (const row of rows) {
    const [name, value, fast] = Object.values(row);
    console.log(
      `${name.padEnd(28)}${value.toPrecision(3).padStart(7)} ${fast.toPrecision(3).padStart(7)}  ${Object.keys(row)[1]}`,
    );
  }
}
if (options.json) writeFileSync(options.json, `${JSON.stringify(tables, undefined, 2)}\n`);
