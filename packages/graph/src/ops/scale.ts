import { OpType } from '@mnnquant/mnn-format';
import { channelAxis } from '../format.ts';
import { GraphError, type OpDefinition } from '../op.ts';
import { required } from './support/inputs.ts';
import { parameter } from './support/parameter.ts';
import { denseStrides } from './support/strides.ts';

export interface ScaleAttributes {
  /** Per channel. */
  readonly scale: Float32Array;
  readonly bias: Float32Array | undefined;
}

/** y = x * scale[channel] + bias[channel]. */
export const scale: OpDefinition<ScaleAttributes> = {
  name: 'Scale',
  opTypes: [OpType.Scale],
  parse(op, context) {
    const { scaleData, biasData } = parameter(op, 'Scale', context);
    if (scaleData === undefined)
      throw new GraphError(
        `${context.where}: expected scale values, got none (are they in an external weight file?)`,
      );
    if (biasData !== undefined && biasData.length !== scaleData.length) {
      throw new GraphError(
        `${context.where}: expected ${scaleData.length} bias values, got ${biasData.length}`,
      );
    }
    return { scale: scaleData, bias: biasData };
  },
  shape({ scale }, inputs, where) {
    const { shape, dtype, layout } = required(inputs, 0, where);
    const channels = shape[channelAxis(layout, shape.length)];
    if (scale.length !== channels)
      throw new GraphError(`${where}: expected ${scale.length} channels, got ${channels}`);
    return [{ shape, dtype, layout }];
  },
  reference({ scale, bias }, inputs, [y]) {
    const { data, shape, layout } = required(inputs, 0, 'Scale');
    const axis = channelAxis(layout, shape.length);
    const stride = denseStrides(shape)[axis];
    for (let i = 0; i < data.length; i++) {
      const c = Math.floor(i / stride) % shape[axis];
      y.data[i] = data[i] * scale[c] + (bias ? bias[c] : 0);
    }
  },
  cases: () => [
    {
      title: 'with bias',
      attributes: { scale: Float32Array.of(2, -1, 0.5), bias: Float32Array.of(1, 0, -3) },
      inputs: [{ shape: [2, 3, 4, 5] }],
    },
    {
      title: 'without bias, two dimensions',
      attributes: { scale: Float32Array.of(2, -1, 0.5), bias: undefined },
      inputs: [{ shape: [4, 3] }],
    },
  ],
};
