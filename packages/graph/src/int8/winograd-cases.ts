import { PadMode } from '@mnnquant/mnn-format';
import { normalData } from '../normal-data.ts';
import type { OpCase } from '../op.ts';
import type { ConvolutionAttributes } from '../ops/convolution-attributes.ts';
import { wholeNoise } from './convolution-cases.ts';
import type { WinogradResultAttributes } from './winograd-result.ts';
import type { WinogradSourceAttributes } from './winograd-source.ts';

interface Size {
  readonly input: readonly [number, number, number, number];
  readonly output: number;
  readonly unit: number;
  readonly pad: number;
}

const SIZES: readonly Size[] = [
  { input: [1, 3, 8, 8], output: 4, unit: 2, pad: 1 },
  { input: [2, 2, 7, 9], output: 3, unit: 4, pad: 1 },
  { input: [1, 2, 6, 5], output: 2, unit: 4, pad: 0 },
];

const KERNEL = 3;

function opOf({ input, output, pad }: Size): ConvolutionAttributes {
  return {
    depthwise: false,
    group: 0,
    outputChannels: output,
    inputChannels: input[1],
    kernel: [KERNEL, KERNEL],
    stride: [1, 1],
    dilation: [1, 1],
    padMode: PadMode.CAFFE,
    pads: [pad, pad, pad, pad],
    relu: false,
    relu6: false,
    weight: new Float32Array(output * input[1] * KERNEL ** 2),
    bias: undefined,
  };
}

const titleOf = ({ input, unit, pad }: Size): string => `F(${unit},3) of ${input.join('x')}, padding ${pad}`;

export const winogradSourceCases = (): readonly OpCase<WinogradSourceAttributes>[] =>
  SIZES.map((size) => {
    const positions = (size.unit + KERNEL - 1) ** 2;
    const count = size.input.reduce((product, extent) => product * extent, 1);
    return {
      title: titleOf(size),
      attributes: {
        op: opOf(size),
        unit: size.unit,
        input: { scale: 0.02, zeroPoint: -5, min: -127, max: 127 },
        scales: normalData(positions, 3).map((value) => 0.03 + 0.02 * Math.abs(value)),
        zeroPoints: Int32Array.from(wholeNoise(positions, 4, 20)),
      },
      inputs: [{ shape: size.input, layout: 'NC4HW4', data: wholeNoise(count, 5) }],
    };
  });

export const winogradResultCases = (): readonly OpCase<WinogradResultAttributes>[] =>
  SIZES.map((size) => {
    const { input, output, unit, pad } = size;
    const positions = (unit + KERNEL - 1) ** 2;
    const extents = input.slice(2).map((extent) => Math.ceil((extent + 2 * pad - KERNEL + 1) / unit));
    const shape = [input[0], positions * output, ...extents];
    const count = shape.reduce((product, extent) => product * extent, 1);
    return {
      title: titleOf(size),
      attributes: {
        op: opOf(size),
        unit,
        steps: normalData(positions * output, 3).map((value) => 1e-4 * (1 + Math.abs(value))),
        offsets: normalData(positions * output, 4).map((value) => 0.1 * value),
        outputInverse: Math.fround(1 / 0.05),
        bias: normalData(output, 6),
        output: { min: -127, max: 127 },
      },
      inputs: [
        { shape, layout: 'NC4HW4', data: wholeNoise(count, 5, 20000) },
        { shape: input, layout: 'NC4HW4' },
      ],
    };
  });
