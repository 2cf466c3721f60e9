import { OpType } from '@mnnquant/mnn-format';
import { channelAxis } from '../format.ts';
import { GraphError, type OpDefinition } from '../op.ts';
import { required } from './support/inputs.ts';
import { parameter } from './support/parameter.ts';
import { denseStrides } from './support/strides.ts';

export interface BatchNormAttributes {
  /** Learnt factor per channel (gamma). */
  readonly slope: Float32Array;
  /** Learnt offset per channel (beta). */
  readonly bias: Float32Array;
  readonly mean: Float32Array;
  readonly variance: Float32Array;
  readonly epsilon: number;
}

/**
 * y = slope * (x - mean) / sqrt(variance + epsilon) + bias, per channel, with the stored statistics.
 *
 * Only models that were converted for training have it. MNN's CPU does not run it; its converter and
 * its training module turn it into a scale with this formula (TransformBatchNormal.cpp, NN.cpp, 3.6.1).
 */
export const batchNorm: OpDefinition<BatchNormAttributes> = {
  name: 'BatchNorm',
  opTypes: [OpType.BatchNorm],
  parse(op, context) {
    const { where, inputCount } = context;
    if (inputCount !== 1)
      throw new GraphError(
        `${where}: expected 1 input, got ${inputCount}; statistics as inputs are not supported`,
      );
    const { channels, slopeData, biasData, meanData, varData, epsilon } = parameter(op, 'BatchNorm', context);
    const perChannel = (what: string, values: Float32Array | undefined): Float32Array => {
      if (values?.length === channels) return values;
      throw new GraphError(`${where}: expected ${channels} ${what} values, got ${values?.length ?? 'none'}`);
    };
    return {
      slope: slopeData ? perChannel('slope', slopeData) : new Float32Array(channels).fill(1),
      bias: biasData ? perChannel('bias', biasData) : new Float32Array(channels),
      mean: perChannel('mean', meanData),
      variance: checkedVariance(perChannel('variance', varData), epsilon, where),
      epsilon,
    };
  },
  shape({ mean }, inputs, where) {
    const { shape, dtype, layout } = required(inputs, 0, where);
    const channels = shape[channelAxis(layout, shape.length)];
    if (mean.length !== channels)
      throw new GraphError(`${where}: expected ${mean.length} channels, got ${channels}`);
    return [{ shape, dtype, layout }];
  },
  reference({ slope, bias, mean, variance, epsilon }, inputs, [y]) {
    const { data, shape, layout } = required(inputs, 0, 'BatchNorm');
    const axis = channelAxis(layout, shape.length);
    const stride = denseStrides(shape)[axis];
    for (let i = 0; i < data.length; i++) {
      const c = Math.floor(i / stride) % shape[axis];
      y.data[i] = (slope[c] * (data[i] - mean[c])) / Math.sqrt(variance[c] + epsilon) + bias[c];
    }
  },
  cases: () => [
    {
      title: 'four dimensions',
      attributes: attributes(1e-3),
      inputs: [{ shape: [2, 3, 4, 5] }],
    },
    {
      title: 'two dimensions, nothing added to the variance',
      attributes: attributes(0),
      inputs: [{ shape: [4, 3] }],
    },
    { title: 'three dimensions', attributes: others(), inputs: [{ shape: [2, 2, 5] }] },
    { title: 'five dimensions', attributes: others(), inputs: [{ shape: [1, 2, 3, 2, 2] }] },
    { title: 'channels last', attributes: others(), inputs: [{ shape: [2, 3, 5, 2], layout: 'NHWC' }] },
  ],
};

/** A variance that rounding made a little negative is fine where epsilon outweighs it. */
function checkedVariance(variance: Float32Array, epsilon: number, where: string): Float32Array {
  const bad = variance.findIndex((value) => !(value + epsilon > 0 && Number.isFinite(value)));
  if (bad < 0) return variance;
  throw new GraphError(
    `${where}: expected a finite variance that is positive with epsilon ${epsilon} added, got ${variance[bad]} for channel ${bad}`,
  );
}

function attributes(epsilon: number): BatchNormAttributes {
  return {
    slope: Float32Array.of(2, -1, 0),
    bias: Float32Array.of(1, 0, -3),
    mean: Float32Array.of(0.5, -2, 10),
    variance: Float32Array.of(4, 0.25, 1),
    epsilon,
  };
}

function others(): BatchNormAttributes {
  return {
    slope: Float32Array.of(-0.5, 3),
    bias: Float32Array.of(2, 0.25),
    mean: Float32Array.of(-1, 0),
    variance: Float32Array.of(0.5, 9),
    epsilon: 1e-5,
  };
}
