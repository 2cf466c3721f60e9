import { PadMode } from '@mnnquant/mnn-format';
import type { QuantParams } from '../backend.ts';
import { normalData } from '../normal-data.ts';
import type { OpCase } from '../op.ts';
import type { ConvolutionAttributes } from '../ops/convolution-attributes.ts';
import type { Int8ConvolutionAttributes } from './requantization.ts';

interface CaseOptions extends Partial<Omit<ConvolutionAttributes, 'weight' | 'bias'>> {
  readonly title: string;
  readonly input: readonly number[];
  readonly output: number;
  readonly inputZero?: number;
  readonly outputZero?: number;
  /** Every weight and value at its largest. */
  readonly largest?: boolean;
  /** Instead of the weight scale of channel 1. */
  readonly oddScale?: number;
}

const around = (pad: number) => [pad, pad, pad, pad] as const;

/** Whole numbers in -bound..bound. */
export function wholeNoise(count: number, seed: number, bound = 127): number[] {
  return Array.from(normalData(count, seed), (value) =>
    Math.max(-bound, Math.min(bound, Math.round(value * bound * 0.6))),
  );
}

function int8Case(options: CaseOptions): OpCase<Int8ConvolutionAttributes> {
  const { title, input, output, inputZero = 0, outputZero = 0, largest, oddScale, ...rest } = options;
  const kernel = rest.kernel ?? [3, 3];
  const area = (rest.depthwise ? 1 : input[1]) * kernel[0] * kernel[1];
  const count = input.reduce((product, extent) => product * extent, 1);
  const params = (scale: number, zeroPoint: number): QuantParams => ({
    scale,
    zeroPoint,
    min: -127,
    max: 127,
  });
  const weightScales = normalData(output, 5).map((value) => 0.002 + 0.001 * Math.abs(value));
  if (oddScale !== undefined) weightScales[1] = oddScale;
  const attributes: Int8ConvolutionAttributes = {
    op: {
      depthwise: false,
      outputChannels: output,
      inputChannels: input[1],
      stride: [1, 1],
      dilation: [1, 1],
      padMode: PadMode.CAFFE,
      pads: around(0),
      relu: false,
      relu6: false,
      ...rest,
      kernel,
      group: rest.depthwise ? output : (rest.group ?? 0),
      weight: largest
        ? new Float32Array(output * area).fill(127)
        : Float32Array.from(wholeNoise(output * area, 7)),
      bias: undefined,
    },
    inputs: [params(0.019, inputZero)],
    // So that sums reach both ends of the range, and seldom lie beyond.
    outputs: [
      params((largest ? 0.05 : 0.003) * Math.sqrt(area) * (largest ? Math.sqrt(area) : 1), outputZero),
    ],
    weightScales,
    bias: normalData(output, 11),
  };
  const data = largest ? new Array<number>(count).fill(127) : wholeNoise(count, 3);
  return { title, attributes, inputs: [{ shape: input, layout: 'NC4HW4', data }] };
}

export const int8ConvolutionCases = (): readonly OpCase<Int8ConvolutionAttributes>[] => [
  int8Case({ title: '3x3, padding 1', input: [1, 5, 7, 9], output: 6, pads: around(1) }),
  int8Case({
    title: '3x3, padding 1, zero points',
    input: [2, 5, 7, 9],
    output: 6,
    pads: around(1),
    inputZero: -127,
    outputZero: 11,
  }),
  int8Case({ title: '3x3, stride 1 and many channels', input: [1, 64, 14, 14], output: 64, pads: around(1) }),
  int8Case({ title: '1x1', input: [1, 17, 9, 11], output: 13, kernel: [1, 1], relu: true }),
  int8Case({
    title: '1x1, zero points, ReLU',
    input: [1, 17, 9, 11],
    output: 13,
    kernel: [1, 1],
    relu: true,
    inputZero: 20,
    outputZero: -100,
  }),
  int8Case({
    title: '1x1 on one pixel, ReLU6',
    input: [1, 33, 1, 1],
    output: 10,
    kernel: [1, 1],
    relu6: true,
  }),
  int8Case({
    title: '5x3, stride 2, SAME',
    input: [1, 4, 12, 13],
    output: 7,
    kernel: [5, 3],
    stride: [2, 2],
    padMode: PadMode.SAME,
    inputZero: 5,
  }),
  int8Case({
    title: 'dilation 2',
    input: [1, 4, 12, 13],
    output: 7,
    dilation: [2, 2],
    pads: around(2),
  }),
  int8Case({
    title: 'sums above 2^24',
    input: [1, 600, 4, 4],
    output: 6,
    pads: around(1),
    largest: true,
    inputZero: -128,
  }),
  int8Case({ title: 'a scale that is not a number', input: [1, 3, 4, 4], output: 3, oddScale: Number.NaN }),
  int8Case({ title: 'no samples', input: [0, 3, 4, 4], output: 3 }),
];

export const int8DepthwiseCases = (): readonly OpCase<Int8ConvolutionAttributes>[] => [
  int8Case({ title: '3x3, padding 1', input: [1, 6, 7, 9], output: 6, pads: around(1), depthwise: true }),
  int8Case({
    title: '3x3, stride 2, zero points, ReLU',
    input: [2, 6, 7, 9],
    output: 6,
    pads: around(1),
    stride: [2, 2],
    depthwise: true,
    inputZero: -127,
    outputZero: -120,
    relu: true,
  }),
  int8Case({
    title: '5x5, dilation 2, SAME, ReLU6',
    input: [1, 6, 11, 13],
    output: 6,
    kernel: [5, 5],
    dilation: [2, 2],
    padMode: PadMode.SAME,
    depthwise: true,
    inputZero: 3,
    relu6: true,
  }),
  int8Case({
    title: 'a scale that is not a number',
    input: [1, 3, 4, 4],
    output: 3,
    depthwise: true,
    oddScale: Number.NaN,
  }),
  int8Case({ title: 'a scale too small', input: [1, 3, 4, 4], output: 3, depthwise: true, oddScale: 1e-9 }),
];
