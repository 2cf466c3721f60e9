import { OpType, PadMode } from '@mnnquant/mnn-format';
import { GraphError, type OpCase, type OpDefinition } from '../op.ts';
import type { HostTensor } from '../tensor.ts';
import { required } from './support/inputs.ts';
import { parameter } from './support/parameter.ts';
import { denseStrides } from './support/strides.ts';

export interface ConvTranspose3DAttributes {
  /** [inputs, outputs, kD, kH, kW], flat. */
  readonly weights: Float32Array;
  readonly bias: Float32Array;
  readonly outputs: number;
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
  /** Cut off before, per dimension, then after where it is not the same. */
  readonly pads: readonly number[];
  /** Added after, per dimension. */
  readonly outPads: readonly number[];
  /** The output is `stride` times as large; `pads` are still cut off before. */
  readonly same: boolean;
  readonly activation: 'none' | 'relu' | 'relu6';
}

/**
 * x [N,C,D,H,W] spread by w [C,outputs,kD,kH,kW], + b → y [N,outputs,oD,oH,oW]
 * (ShapeConvTranspose3D.cpp, GeometryConv3D.cpp, MNN 3.6.1). MNN knows no groups here.
 */
export const convTranspose3d: OpDefinition<ConvTranspose3DAttributes> = {
  name: 'ConvTranspose3D',
  opTypes: [OpType.ConvTranspose3D],
  parse(op, context) {
    const { common, weight, bias } = parameter(op, 'Convolution3D', context);
    if (common === undefined || weight === undefined)
      throw new GraphError(`${context.where}: expected a shape and weights, got none`);
    const three = (list: Int32Array | undefined, fallback: number): number[] =>
      Array.from(list ?? [fallback, fallback, fallback]);
    return {
      weights: weight,
      bias: bias ?? new Float32Array(common.outputCount),
      outputs: common.outputCount,
      kernel: three(common.kernels, 1),
      stride: three(common.strides, 1),
      dilation: three(common.dilates, 1),
      pads: three(common.pads, 0),
      outPads: three(common.outPads, 0),
      same: common.padMode === PadMode.SAME,
      activation: common.relu6 ? 'relu6' : common.relu ? 'relu' : 'none',
    };
  },
  shape(attributes, inputs, where) {
    const { shape, dtype, layout } = required(inputs, 0, where);
    if (shape.length !== 5 || layout === 'NHWC')
      throw new GraphError(`${where}: expected a 5-D NCHW input, got [${shape}] ${layout}`);
    const { outputs, kernel, weights, bias } = attributes;
    const expected = outputs * shape[1] * kernel[0] * kernel[1] * kernel[2];
    if (weights.length !== expected || bias.length !== outputs)
      throw new GraphError(
        `${where}: expected ${expected} weights and ${outputs} biases, got ${weights.length} and ${bias.length}`,
      );
    const sizes = outputSizes(attributes, shape.slice(2));
    if (!sizes.every((size) => size >= 1)) throw new GraphError(`${where}: the output would be [${sizes}]`);
    return [{ shape: [shape[0], outputs, ...sizes], dtype, layout }];
  },
  reference(attributes, inputs, [y]) {
    const x = required(inputs, 0, 'ConvTranspose3D');
    const upper = attributes.activation === 'relu6' ? 6 : Infinity;
    const volume = y.shape[2] * y.shape[3] * y.shape[4];
    const sums = new Float64Array(volume);
    for (let plane = 0; plane < y.shape[0] * attributes.outputs; plane++) {
      const [n, o] = [Math.floor(plane / attributes.outputs), plane % attributes.outputs];
      sums.fill(attributes.bias[o]);
      spreadOver(sums, y.shape.slice(2), attributes, x, n, o);
      for (let i = 0; i < volume; i++)
        y.data[plane * volume + i] =
          attributes.activation === 'none' ? sums[i] : Math.min(Math.max(sums[i], 0), upper);
    }
  },
  cases: convTranspose3dCases,
};

function outputSizes(attributes: ConvTranspose3DAttributes, input: readonly number[]): number[] {
  const { kernel, stride, dilation, pads, outPads, same } = attributes;
  return input.map((extent, k) => {
    if (same) return extent * stride[k];
    const reach = (kernel[k] - 1) * dilation[k] + 1;
    const after = pads.length === 6 ? pads[k + 3] : pads[k];
    return (extent - 1) * stride[k] + reach - pads[k] - after + (outPads[k] ?? 0);
  });
}

/** Adds what every input value spreads over one output volume. */
function spreadOver(
  sums: Float64Array,
  size: readonly number[],
  { weights, outputs, kernel, stride, dilation, pads }: ConvTranspose3DAttributes,
  x: HostTensor,
  n: number,
  o: number,
): void {
  const [, channels, ...extents] = x.shape;
  const [pixels, taps] = [extents[0] * extents[1] * extents[2], kernel[0] * kernel[1] * kernel[2]];
  const [pixelSteps, tapSteps] = [denseStrides(extents), denseStrides(kernel)];
  for (let pixel = 0; pixel < pixels; pixel++) {
    const start = extents.map(
      (extent, k) => (Math.floor(pixel / pixelSteps[k]) % extent) * stride[k] - pads[k],
    );
    for (let tap = 0; tap < taps; tap++) {
      const at = start.map((from, k) => from + (Math.floor(tap / tapSteps[k]) % kernel[k]) * dilation[k]);
      if (!at.every((position, k) => position >= 0 && position < size[k])) continue;
      const target = (at[0] * size[1] + at[1]) * size[2] + at[2];
      for (let c = 0; c < channels; c++)
        sums[target] += x.data[(n * channels + c) * pixels + pixel] * weights[(c * outputs + o) * taps + tap];
    }
  }
}

function convTranspose3dCases(): OpCase<ConvTranspose3DAttributes>[] {
  const make = (options: Partial<ConvTranspose3DAttributes>): ConvTranspose3DAttributes => ({
    weights: Float32Array.from({ length: 3 * 4 * 12 }, (_, i) => ((i * 7) % 11) / 8 - 0.6),
    bias: Float32Array.of(0.5, -0.25, 0, 1),
    outputs: 4,
    kernel: [2, 3, 2],
    stride: [1, 1, 1],
    dilation: [1, 1, 1],
    pads: [0, 0, 0],
    outPads: [0, 0, 0],
    same: false,
    activation: 'none',
    ...options,
  });
  const inputs = [{ shape: [2, 3, 2, 3, 4] }];
  return [
    { title: 'plain', attributes: make({}), inputs },
    {
      title: 'strides, padding, out pads, ReLU',
      attributes: make({ stride: [2, 1, 2], pads: [1, 1, 0], outPads: [1, 0, 1], activation: 'relu' }),
      inputs,
    },
    { title: 'dilation, ReLU6', attributes: make({ dilation: [2, 2, 1], activation: 'relu6' }), inputs },
    { title: 'uneven padding', attributes: make({ pads: [1, 0, 1, 0, 1, 0] }), inputs },
    { title: 'SAME', attributes: make({ same: true, stride: [2, 2, 2] }), inputs },
  ];
}
