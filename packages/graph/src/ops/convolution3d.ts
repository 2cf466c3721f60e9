import { OpType, PadMode } from '@mnnquant/mnn-format';
import { GraphError, type OpCase, type OpDefinition } from '../op.ts';
import type { HostTensor } from '../tensor.ts';
import { required } from './support/inputs.ts';
import { parameter } from './support/parameter.ts';
import { denseStrides } from './support/strides.ts';
import { paddedWindow, sameWindow, type WindowAxis } from './support/window.ts';

export interface Convolution3DAttributes {
  /** [outputs, inputs / groups, kD, kH, kW], flat. */
  readonly weights: Float32Array;
  readonly bias: Float32Array;
  readonly outputs: number;
  readonly groups: number;
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
  /** Before, per dimension, then after where it is not the same. */
  readonly pads: readonly number[];
  readonly same: boolean;
  readonly activation: 'none' | 'relu' | 'relu6';
}

/** x [N,C,D,H,W] → y [N,outputs,oD,oH,oW] (ShapeConvolution3D.cpp, GeometryConv3D.cpp, MNN 3.6.1). */
export const convolution3d: OpDefinition<Convolution3DAttributes> = {
  name: 'Convolution3D',
  opTypes: [OpType.Convolution3D],
  parse(op, { where, ...context }) {
    const { common, weight, bias } = parameter(op, 'Convolution3D', { where, ...context });
    if (common === undefined || weight === undefined)
      throw new GraphError(`${where}: expected a shape and weights, got none`);
    const three = (list: Int32Array | undefined, fallback: number): number[] =>
      Array.from(list ?? [fallback, fallback, fallback]);
    return {
      weights: weight,
      bias: bias ?? new Float32Array(common.outputCount),
      outputs: common.outputCount,
      groups: Math.max(common.group, 1),
      kernel: three(common.kernels, 1),
      stride: three(common.strides, 1),
      dilation: three(common.dilates, 1),
      pads: three(common.pads, 0),
      same: common.padMode === PadMode.SAME,
      activation: common.relu6 ? 'relu6' : common.relu ? 'relu' : 'none',
    };
  },
  shape(attributes, inputs, where) {
    const { shape, dtype, layout } = required(inputs, 0, where);
    if (shape.length !== 5 || layout === 'NHWC')
      throw new GraphError(`${where}: expected a 5-D NCHW input, got [${shape}] ${layout}`);
    const { outputs, groups, kernel, weights, bias } = attributes;
    const expected = (outputs * shape[1] * kernel.reduce((product, extent) => product * extent, 1)) / groups;
    if (weights.length !== expected || bias.length !== outputs)
      throw new GraphError(
        `${where}: expected ${expected} weights and ${outputs} biases, got ${weights.length} and ${bias.length}`,
      );
    const sizes = windowsOf(attributes, shape).map(({ outputSize }) => outputSize);
    if (!sizes.every((size) => size >= 1)) throw new GraphError(`${where}: the output would be [${sizes}]`);
    return [{ shape: [shape[0], outputs, ...sizes], dtype, layout }];
  },
  reference(attributes, inputs, [y]) {
    const x = required(inputs, 0, 'Convolution3D');
    const windows = windowsOf(attributes, x.shape);
    const strides = denseStrides(y.shape);
    const upper = attributes.activation === 'relu6' ? 6 : Infinity;
    for (let i = 0; i < y.data.length; i++) {
      const place = y.shape.map((extent, axis) => Math.floor(i / strides[axis]) % extent);
      const sum = attributes.bias[place[1]] + dot(attributes, x, windows, place);
      y.data[i] = attributes.activation === 'none' ? sum : Math.min(Math.max(sum, 0), upper);
    }
  },
  cases: convolution3dCases,
};

function windowsOf(attributes: Convolution3DAttributes, shape: readonly number[]): WindowAxis[] {
  const { kernel, stride, dilation, pads, same } = attributes;
  return [0, 1, 2].map((i) => {
    const [input, extent] = [shape[i + 2], (kernel[i] - 1) * dilation[i] + 1];
    if (same) return sameWindow(input, extent, stride[i]);
    return paddedWindow(input, extent, stride[i], pads[i], pads[i + 3] ?? pads[i]);
  });
}

/** Weights times pixels under the window of one output. */
function dot(
  { weights, outputs, groups, kernel, stride, dilation }: Convolution3DAttributes,
  x: HostTensor,
  windows: readonly WindowAxis[],
  [n, oc, ...output]: readonly number[],
): number {
  const [, channels, ...extents] = x.shape;
  const [volume, inner] = [extents[0] * extents[1] * extents[2], channels / groups];
  const first = Math.floor(oc / (outputs / groups)) * inner;
  const taps = kernel[0] * kernel[1] * kernel[2];
  const steps = denseStrides(kernel);
  let sum = 0;
  for (let tap = 0; tap < taps; tap++) {
    const at = windows.map(
      ({ padBefore }, k) =>
        output[k] * stride[k] - padBefore + (Math.floor(tap / steps[k]) % kernel[k]) * dilation[k],
    );
    if (!at.every((position, k) => position >= 0 && position < extents[k])) continue;
    const pixel = (at[0] * extents[1] + at[1]) * extents[2] + at[2];
    for (let c = 0; c < inner; c++)
      sum += x.data[(n * channels + first + c) * volume + pixel] * weights[(oc * inner + c) * taps + tap];
  }
  return sum;
}

function convolution3dCases(): OpCase<Convolution3DAttributes>[] {
  const make = (options: Partial<Convolution3DAttributes>): Convolution3DAttributes => ({
    weights: Float32Array.from({ length: 4 * 3 * 12 }, (_, i) => ((i * 7) % 11) / 8 - 0.6),
    bias: Float32Array.of(0.5, -0.25, 0, 1),
    outputs: 4,
    groups: 1,
    kernel: [2, 3, 2],
    stride: [1, 1, 1],
    dilation: [1, 1, 1],
    pads: [0, 0, 0],
    same: false,
    activation: 'none',
    ...options,
  });
  const inputs = [{ shape: [2, 3, 4, 5, 4] }];
  return [
    { title: 'plain', attributes: make({}), inputs },
    {
      title: 'strides, padding, ReLU',
      attributes: make({ stride: [2, 1, 2], pads: [1, 1, 0], activation: 'relu' }),
      inputs,
    },
    { title: 'dilation, ReLU6', attributes: make({ dilation: [2, 2, 1], activation: 'relu6' }), inputs },
    { title: 'SAME', attributes: make({ same: true, stride: [2, 2, 2] }), inputs },
  ];
}
