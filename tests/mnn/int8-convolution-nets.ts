import { quantizeModel } from '@mnnquant/calibrate';
import type { QuantParams } from '@mnnquant/graph';
import { createTable, MNN_DATA_FORMAT, type MnnModel, PadMode } from '@mnnquant/mnn-format';
import { NetBuilder } from '../../packages/calibrate/test/rewrite/net-builder.ts';
import type { NumpyArray } from './npz.ts';

interface Case {
  readonly title: string;
  readonly input: readonly [number, number, number, number];
  readonly outputs: number;
  readonly depthwise?: boolean;
  readonly kernel?: readonly [number, number];
  readonly stride?: readonly [number, number];
  readonly dilation?: number;
  readonly padMode?: PadMode;
  /** Top, left, bottom, right. */
  readonly pads?: readonly number[];
  readonly relu?: boolean;
  readonly relu6?: boolean;
  readonly inputZero?: number;
  readonly outputZero?: number;
  /** Instead of random ones. */
  readonly weight?: number;
  readonly value?: number;
  /** Output channel whose weights are all zero. */
  readonly zeros?: number;
}

/** A network of one convolution between tensors with scales. */
export interface ConvolutionNet {
  readonly title: string;
  readonly model: MnnModel;
  readonly inputs: ReadonlyMap<string, NumpyArray>;
  readonly output: QuantParams;
}

const one = [1, 1, 1, 1];

const CASES: readonly Case[] = [
  { title: '1x1', input: [1, 20, 8, 12], outputs: 17, kernel: [1, 1] },
  { title: '1x1, stride 2', input: [1, 20, 9, 12], outputs: 17, kernel: [1, 1], stride: [2, 2] },
  { title: '1x1 of one pixel', input: [1, 130, 1, 1], outputs: 33, kernel: [1, 1] },
  { title: '3x3', input: [2, 13, 9, 11], outputs: 20, pads: one },
  {
    title: '3x3, zero points',
    input: [2, 13, 9, 11],
    outputs: 20,
    pads: one,
    inputZero: -127,
    outputZero: 31,
  },
  { title: '3x3, ReLU', input: [1, 13, 9, 11], outputs: 20, pads: one, relu: true },
  {
    title: '3x3, ReLU, zero points',
    input: [1, 13, 9, 11],
    outputs: 20,
    pads: one,
    relu: true,
    inputZero: 60,
    outputZero: -127,
  },
  { title: '3x3, ReLU6', input: [1, 13, 9, 11], outputs: 20, pads: one, relu6: true },
  { title: '3x3, stride 2, SAME', input: [1, 6, 13, 15], outputs: 9, stride: [2, 2], padMode: PadMode.SAME },
  {
    title: '5x3, stride 2x1, VALID',
    input: [1, 6, 13, 15],
    outputs: 9,
    kernel: [5, 3],
    stride: [2, 1],
    padMode: PadMode.VALID,
  },
  {
    title: '3x3, dilation 2',
    input: [1, 6, 13, 15],
    outputs: 9,
    dilation: 2,
    pads: [2, 2, 2, 2],
    inputZero: 7,
  },
  { title: '3x3, uneven padding', input: [1, 6, 13, 15], outputs: 9, pads: [0, 2, 1, 0], inputZero: -50 },
  { title: '7x7', input: [1, 3, 20, 20], outputs: 16, kernel: [7, 7], stride: [2, 2], pads: [3, 3, 3, 3] },
  { title: 'a channel of zeros', input: [1, 6, 8, 8], outputs: 9, pads: one, zeros: 4 },
  {
    title: 'sums above 2^24',
    input: [1, 1300, 3, 3],
    outputs: 8,
    kernel: [1, 1],
    weight: 127,
    value: 127,
    inputZero: -127,
  },
  { title: 'depthwise 3x3', input: [1, 20, 9, 11], outputs: 20, depthwise: true, pads: one },
  {
    title: 'depthwise 3x3, stride 2, SAME',
    input: [2, 20, 9, 12],
    outputs: 20,
    depthwise: true,
    stride: [2, 2],
    padMode: PadMode.SAME,
  },
  {
    title: 'depthwise 3x3, zero points, ReLU',
    input: [1, 20, 9, 11],
    outputs: 20,
    depthwise: true,
    pads: one,
    inputZero: -127,
    outputZero: -100,
    relu: true,
  },
  {
    title: 'depthwise 5x5, ReLU6',
    input: [1, 20, 9, 11],
    outputs: 20,
    depthwise: true,
    kernel: [5, 5],
    pads: [2, 2, 2, 2],
    relu6: true,
  },
  {
    title: 'depthwise 3x3, dilation 2',
    input: [1, 20, 9, 11],
    outputs: 20,
    depthwise: true,
    dilation: 2,
    pads: [2, 2, 2, 2],
  },
  {
    title: 'depthwise, a channel of zeros',
    input: [1, 20, 9, 11],
    outputs: 20,
    depthwise: true,
    pads: one,
    zeros: 3,
  },
];

/** Numbers in [-1, 1), the same for the same seed. */
function noise(count: number, seed: number): Float64Array {
  let state = seed;
  return Float64Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

function netOf(item: Case, seed: number): ConvolutionNet {
  const { title, input, outputs, depthwise = false, kernel = [3, 3], stride = [1, 1], dilation = 1 } = item;
  const { relu = false, relu6 = false, inputZero = 0, outputZero = 0, weight, value, zeros } = item;
  const builder = new NetBuilder();
  const from = builder.input(input, MNN_DATA_FORMAT.NC4HW4);
  const area = (depthwise ? 1 : input[1]) * kernel[0] * kernel[1];
  const common = createTable('Convolution2DCommon', {
    ...{ kernelY: kernel[0], kernelX: kernel[1], strideY: stride[0], strideX: stride[1] },
    ...{ dilateX: dilation, dilateY: dilation, padMode: item.padMode ?? PadMode.CAFFE },
    ...{ outputCount: outputs, inputCount: input[1], group: depthwise ? outputs : 1, relu, relu6 },
    ...(item.pads && { pads: Int32Array.from(item.pads) }),
  });
  const bias = Float32Array.from(noise(outputs, seed + 1));
  const main = createTable('Convolution2D', { common, bias, weight: new Float32Array(outputs * area) });
  const type = depthwise ? 'ConvolutionDepthwise' : 'Convolution';
  const to = builder.op(type, [from], { type: 'Convolution2D', value: main }, 'y');
  const grid = (scale: number, zeroPoint: number): QuantParams => ({ scale, zeroPoint, min: -127, max: 127 });
  const source = grid(0.021, inputZero);
  const size = weight === undefined ? 0.012 * Math.sqrt(area) : 0.012 * area;
  const target = grid(size, outputZero);
  const quantized = Int8Array.from(noise(outputs * area, seed + 2), (x) => weight ?? Math.round(127 * x));
  if (zeros !== undefined) quantized.fill(0, zeros * area, (zeros + 1) * area);
  const scales = Float32Array.from(noise(outputs, seed + 3), (x) => 0.004 + 0.003 * x);
  const model = quantizeModel(builder.build([to]), {
    scales: new Map([
      [from, source],
      [to, target],
    ]),
    weights: new Map([[1, { quantized, scales }]]),
  });
  const count = input.reduce((product, extent) => product * extent, 1);
  // Some lie beyond the range.
  const data = Float32Array.from(
    noise(count, seed + 4),
    (x) => ((value ?? 140 * x) - inputZero) * source.scale,
  );
  return { title, model, inputs: new Map([['input', { shape: [1, ...input], data }]]), output: target };
}

export const CONVOLUTION_NETS: readonly ConvolutionNet[] = CASES.map((item, i) => netOf(item, 100 * i + 17));
