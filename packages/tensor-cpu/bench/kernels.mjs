// GFLOP/s of the convolution kernels on one thread. After the build: node packages/tensor-cpu/bench/kernels.mjs
import { createPlan, OPS } from '@mnnquant/graph';
import { createCpuBackend } from '@mnnquant/tensor-cpu/node';

const ROUNDS = 8;

// name, input channels, output channels, input size, kernel, stride, group
const LAYERS = [
  ['1x1 96-24 @56', 96, 24, 56, 1, 1, 1],
  ['1x1 160-960 @7', 160, 960, 7, 1, 1, 1],
  ['depthwise 144 @56', 144, 144, 56, 3, 1, 144],
  ['3x3 s2 3-32 @224', 3, 32, 224, 3, 2, 1],
  ['3x3 64-64 @56', 64, 64, 56, 3, 1, 1],
  ['3x3 256-256 @14', 256, 256, 14, 3, 1, 1],
  ['depthwise s2 144 @56', 144, 144, 56, 3, 2, 144],
  ['1x1 64-64 @32', 64, 64, 32, 1, 1, 1],
  ['1x1 24-144 @56', 24, 144, 56, 1, 1, 1],
  ['fully connected 1280-1000', 1280, 1000, 1, 1, 1, 1],
];

function network([, channels, outputs, size, kernel, stride, group]) {
  const pad = kernel >> 1;
  const attributes = {
    depthwise: group > 1,
    group,
    outputChannels: outputs,
    inputChannels: channels,
    kernel: [kernel, kernel],
    stride: [stride, stride],
    dilation: [1, 1],
    padMode: 0,
    pads: [pad, pad, pad, pad],
    relu: false,
    relu6: true,
    weight: numbers(((outputs * channels) / group) * kernel * kernel),
    bias: numbers(outputs),
  };
  const definition = OPS.find(({ name }) => name === (group > 1 ? 'ConvolutionDepthwise' : 'Convolution'));
  const node = { index: 0, name: 'layer', definition, attributes, inputs: [0], outputs: [1], source: {} };
  return {
    nodes: [node],
    tensorNames: ['x', 'y'],
    inputs: [
      {
        tensor: 0,
        name: 'x',
        desc: { shape: [1, channels, size, size], dtype: 'float32', layout: 'NC4HW4' },
      },
    ],
    outputs: [{ tensor: 1, name: 'y' }],
    constants: new Map(),
    consumers: new Map([[0, [node]]]),
    producer: new Map([[1, node]]),
  };
}

function numbers(count) {
  let state = 1;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

async function prepare(backend, layer) {
  const { steps } = createPlan(network(layer));
  const [{ node, inputs, outputs }] = steps;
  const x = backend.allocate(inputs[0]);
  const y = backend.allocate(outputs[0]);
  backend.upload(x, numbers(inputs[0].shape.reduce((a, b) => a * b)));
  const kernel = backend.bind(node, inputs, outputs);
  const [, channels, , , size, , group] = layer;
  const flop = 2 * outputs[0].shape.reduce((a, b) => a * b) * (channels / group) * size * size;
  return { name: layer[0], flop, run: () => kernel([x], [y]), best: Number.POSITIVE_INFINITY };
}

const backend = await createCpuBackend();
const jobs = await Promise.all(LAYERS.map((layer) => prepare(backend, layer)));
// Interleaved rounds: a slow phase of the machine then hits all layers alike.
for (let round = 0; round < ROUNDS; round++) {
  for (const job of jobs) {
    const repeats = Math.max(1, Math.round(2e8 / job.flop));
    const start = performance.now();
    for (let i = 0; i < repeats; i++) job.run();
    job.best = Math.min(job.best, (performance.now() - start) / repeats);
  }
}
console.log(`${backend.device}, Node ${process.version}, best of ${ROUNDS} rounds`);
for (const { name, flop, best } of jobs) {
  console.log(
    `${name.padEnd(28)}${(flop / best / 1e6).toFixed(1).padStart(6)} GFLOP/s ${best.toFixed(3).padStart(8)} ms`,
  );
}
