// Networks of known size with seeded weights, so that a benchmark needs no outside model. After the build:
//
//   node bench/networks.mjs TARGET.mnn [resnet-50 | mobilenet-v2 | name of a scaled one]
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeModel } from '@mnnquant/mnn-format';
import { NetWriter } from './net-writer.mjs';
import { normalGenerator } from './random.mjs';

const IMAGE_SIZE = 224;
const CLASSES = 1000;
/** A residual branch counts half of the path it is added to, or the sums would grow from block to block. */
const BRANCH_GAIN = 0.5;
/** Expansion, channels, blocks, stride of the first block: table 2 of arXiv:1801.04381. */
const MOBILENET_V2 = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
];

/**
 * Convolutions as after folding BatchNorm: He's normal weights (arXiv:1502.01852), whose gain keeps the variance through a
 * ReLU, gain 1 without one, and small biases.
 */
class Layers {
  writer = new NetWriter();
  #normal;

  constructor(seed) {
    this.#normal = normalGenerator(seed);
  }

  convolution(from, { outputs, kernel = 1, stride = 1, depthwise = false, activation, gain }) {
    const columns = (depthwise ? 1 : from.channels) * kernel * kernel;
    const deviation = (gain ?? (activation ? Math.SQRT2 : 1)) / Math.sqrt(columns);
    const weight = this.#draw(outputs * columns, deviation);
    const bias = this.#draw(outputs, 0.1);
    return this.writer.convolution(from, { outputs, kernel, stride, depthwise, activation, weight, bias });
  }

  #draw(count, deviation) {
    const values = new Float32Array(count);
    for (let i = 0; i < count; i++) values[i] = this.#normal() * deviation;
    return values;
  }
}

/** A ResNet of bottleneck blocks (arXiv:1512.03385, stride in the 3x3); `width` multiplies all channels inside. */
function bottleneckNetwork({ blocks, width = 1, seed = 50 }) {
  const layers = new Layers(seed);
  const { writer } = layers;
  const channels = (count) => Math.round((count * width) / 8) * 8;
  let x = writer.input(3, IMAGE_SIZE);
  x = layers.convolution(x, { outputs: channels(64), kernel: 7, stride: 2, activation: 'relu' });
  x = writer.maxPool(x, 3, 2);
  blocks.forEach((count, stage) => {
    for (let block = 0; block < count; block++) {
      const stride = stage > 0 && block === 0 ? 2 : 1;
      x = bottleneck(layers, x, { inner: channels(64 << stage), stride });
    }
  });
  layers.convolution(writer.globalAverage(x), { outputs: CLASSES });
  return writer;
}

function bottleneck(layers, from, { inner, stride }) {
  const outputs = 4 * inner;
  let branch = layers.convolution(from, { outputs: inner, activation: 'relu' });
  branch = layers.convolution(branch, { outputs: inner, kernel: 3, stride, activation: 'relu' });
  branch = layers.convolution(branch, { outputs, gain: BRANCH_GAIN });
  const changes = from.channels !== outputs || stride !== 1;
  const shortcut = changes ? layers.convolution(from, { outputs, stride }) : from;
  return layers.writer.relu(layers.writer.add(branch, shortcut));
}

function mobileNetV2(seed = 2) {
  const layers = new Layers(seed);
  const { writer } = layers;
  let x = writer.input(3, IMAGE_SIZE);
  x = layers.convolution(x, { outputs: 32, kernel: 3, stride: 2, activation: 'relu6' });
  for (const [expansion, outputs, blocks, firstStride] of MOBILENET_V2)
    for (let block = 0; block < blocks; block++)
      x = invertedResidual(layers, x, { expansion, outputs, stride: block === 0 ? firstStride : 1 });
  x = layers.convolution(x, { outputs: 1280, activation: 'relu6' });
  layers.convolution(writer.globalAverage(x), { outputs: CLASSES });
  return writer;
}

function invertedResidual(layers, from, { expansion, outputs, stride }) {
  const inner = expansion * from.channels;
  const residual = stride === 1 && outputs === from.channels;
  let x = expansion === 1 ? from : layers.convolution(from, { outputs: inner, activation: 'relu6' });
  const middle = { outputs: inner, kernel: 3, stride, depthwise: true, activation: 'relu6' };
  x = layers.convolution(x, middle);
  x = layers.convolution(x, { outputs, gain: residual ? BRANCH_GAIN : 1 });
  return residual ? layers.writer.add(x, from) : x;
}

/** Depths and widths from about 0.1 to about 8 thousand million multiply-adds, in rising order. */
const SCALED = {
  'resnet-14-quarter': { blocks: [1, 1, 1, 1], width: 0.25 },
  'resnet-50-quarter': { blocks: [3, 4, 6, 3], width: 0.25 },
  'resnet-50-half': { blocks: [3, 4, 6, 3], width: 0.5 },
  'resnet-26': { blocks: [2, 2, 2, 2] },
  'resnet-50': { blocks: [3, 4, 6, 3] },
  'resnet-101': { blocks: [3, 4, 23, 3] },
};

export const SCALED_NETWORKS = Object.keys(SCALED);

/**
 * Writes a network of 224x224 RGB images and 1000 classes: `mobilenet-v2` or one of `SCALED_NETWORKS`.
 * Returns its weights and biases, and the multiply-adds of one image.
 */
export function writeNetwork(name, target) {
  if (name !== 'mobilenet-v2' && !SCALED[name])
    throw new Error(`network: expected mobilenet-v2, ${SCALED_NETWORKS.join(', ')}; got ${name}`);
  const writer = name === 'mobilenet-v2' ? mobileNetV2() : bottleneckNetwork(SCALED[name]);
  writeFileSync(target, writeModel(writer.model().net));
  return { parameters: writer.parameters, multiplyAdds: writer.multiplyAdds };
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const [target, name = 'resnet-50'] = process.argv.slice(2);
  if (target === undefined) throw new Error('networks.mjs: expected TARGET.mnn and a name');
  const { parameters, multiplyAdds } = writeNetwork(name, target);
  console.log(
    `${name}: ${(parameters / 1e6).toFixed(1)} M parameters, ${(multiplyAdds / 1e9).toFixed(2)} G multiply-adds`,
  );
}
