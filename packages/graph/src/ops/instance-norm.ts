import { OpType } from '@mnnquant/mnn-format';
import { channelAxis } from '../format.ts';
import { GraphError, type OpDefinition } from '../op.ts';
import { elementCount } from '../tensor.ts';
import { required } from './support/inputs.ts';
import { parameter } from './support/parameter.ts';
import { denseStrides } from './support/strides.ts';

export interface InstanceNormAttributes {
  readonly slope: Float32Array;
  readonly bias: Float32Array;
  readonly epsilon: number;
}

/**
 * slope · (x - mean) / sqrt(variance + ε) + bias per sample and channel: x [N,C,...], mean and variance
 * [N,C,...] with N·C elements (CPUInstanceNorm.cpp, MNN 3.6.1).
 */
export const instanceNorm: OpDefinition<InstanceNormAttributes> = {
  name: 'InstanceNorm',
  opTypes: [OpType.InstanceNorm],
  parse(op, context) {
    const { channels, slopeData, biasData, epsilon } = parameter(op, 'BatchNorm', context);
    // As in MNN, where missing slopes are zeros too.
    const [slope, bias] = [slopeData, biasData].map((data) => data ?? new Float32Array(channels));
    if (slope.length !== channels || bias.length !== channels)
      throw new GraphError(
        `${context.where}: expected ${channels} slopes and biases, got ${slope.length} and ${bias.length}`,
      );
    return { slope, bias, epsilon };
  },
  shape({ slope }, inputs, where) {
    const { shape, dtype, layout } = required(inputs, 0, where);
    const channels = shape[channelAxis(layout, shape.length)];
    if (channels !== slope.length)
      throw new GraphError(`${where}: expected ${slope.length} channels, got ${channels}`);
    for (const index of [1, 2]) {
      const given = required(inputs, index, where).shape;
      if (elementCount(given) !== shape[0] * channels)
        throw new GraphError(
          `${where}: expected ${shape[0] * channels} numbers in input ${index}, got [${given}]`,
        );
    }
    return [{ shape, dtype, layout }];
  },
  reference({ slope, bias, epsilon }, inputs, [y]) {
    const [x, mean, variance] = [0, 1, 2].map((i) => required(inputs, i, 'InstanceNorm'));
    const strides = denseStrides(x.shape);
    const axis = channelAxis(x.layout, x.shape.length);
    for (let i = 0; i < x.data.length; i++) {
      const c = Math.floor(i / strides[axis]) % x.shape[axis];
      const k = Math.floor(i / strides[0]) * x.shape[axis] + c;
      y.data[i] = ((x.data[i] - mean.data[k]) / Math.sqrt(variance.data[k] + epsilon)) * slope[c] + bias[c];
    }
  },
  cases: () => [
    {
      title: 'channels last, two channels',
      attributes: { slope: Float32Array.of(-1, 0.5), bias: Float32Array.of(3, 0), epsilon: 1e-3 },
      inputs: [
        { shape: [1, 3, 2, 2], layout: 'NHWC' },
        { shape: [1, 2], data: [0.5, -1] },
        { shape: [1, 2], data: [2, 0.25] },
      ],
    },
    {
      title: 'two samples',
      attributes: { slope: Float32Array.of(1, 2, 0.5), bias: Float32Array.of(0, -1, 2), epsilon: 1e-5 },
      inputs: [
        { shape: [2, 3, 2, 4] },
        { shape: [2, 3, 1, 1] },
        { shape: [2, 3, 1, 1], data: [1, 2, 0.5, 0, 3, 4] },
      ],
    },
  ],
};
