import { OpType } from '@mnnquant/mnn-format';
import { channelAxis } from '../format.ts';
import { GraphError, type OpDefinition } from '../op.ts';
import { required } from './support/inputs.ts';
import { parameter } from './support/parameter.ts';
import { denseStrides } from './support/strides.ts';

export interface PreluAttributes {
  /** One slope for all channels, or one per channel. */
  readonly slope: Float32Array;
}

/** y = x for x > 0, else slope[channel] * x. */
export const prelu: OpDefinition<PreluAttributes> = {
  name: 'PReLU',
  opTypes: [OpType.PReLU],
  parse(op, context) {
    const { slope } = parameter(op, 'PRelu', context);
    if (slope === undefined || slope.length === 0)
      throw new GraphError(`${context.where}: expected at least one slope, got none`);
    return { slope };
  },
  shape({ slope }, inputs, where) {
    const { shape, dtype, layout } = required(inputs, 0, where);
    const channels = shape[channelAxis(layout, shape.length)];
    if (slope.length !== 1 && slope.length !== channels) {
      throw new GraphError(`${where}: expected 1 or ${channels} slopes, got ${slope.length}`);
    }
    return [{ shape, dtype, layout }];
  },
  reference({ slope }, inputs, [y]) {
    const { data, shape, layout } = required(inputs, 0, 'PReLU');
    const axis = channelAxis(layout, shape.length);
    const stride = denseStrides(shape)[axis];
    for (let i = 0; i < data.length; i++) {
      const x = data[i];
      y.data[i] = x >= 0 ? x : x * slope[slope.length === 1 ? 0 : Math.floor(i / stride) % shape[axis]];
    }
  },
  cases: () => [
    { title: 'one slope', attributes: { slope: Float32Array.of(0.25) }, inputs: [{ shape: [1, 5, 4, 3] }] },
    {
      title: 'per channel',
      attributes: { slope: Float32Array.of(0.1, -0.5, 2, 0, 0.3) },
      inputs: [{ shape: [2, 5, 4, 3] }],
    },
    {
      title: 'per channel, NHWC',
      attributes: { slope: Float32Array.of(0.1, -0.5, 2) },
      inputs: [{ shape: [2, 5, 4, 3], layout: 'NHWC' }],
    },
  ],
};
