import { OpType } from '@mnnquant/mnn-format';
import { exp } from '../math/index.ts';
import type { OpDefinition } from '../op.ts';
import { normalizeAxis, required } from './support/inputs.ts';
import { parameter } from './support/parameter.ts';
import { denseStrides } from './support/strides.ts';

export interface AxisAttributes {
  readonly axis: number;
}

/** y = e^(x - max) / Σ e^(x - max) along one axis. */
export const softmax: OpDefinition<AxisAttributes> = {
  name: 'Softmax',
  opTypes: [OpType.Softmax],
  parse: (op, context) => ({ axis: parameter(op, 'Axis', context).axis }),
  shape({ axis }, inputs, where) {
    const { shape, dtype, layout } = required(inputs, 0, where);
    normalizeAxis(axis, shape.length, where);
    return [{ shape, dtype, layout }];
  },
  reference(attributes, inputs, [y]) {
    const { data, shape } = required(inputs, 0, 'Softmax');
    const axis = normalizeAxis(attributes.axis, shape.length, 'Softmax');
    const stride = denseStrides(shape)[axis];
    const count = shape[axis];
    for (let start = 0; start < data.length; start++) {
      if (Math.floor(start / stride) % count !== 0) continue;
      let maximum = Number.NEGATIVE_INFINITY;
      for (let i = 0; i < count; i++) maximum = Math.max(maximum, data[start + i * stride]);
      let sum = 0;
      for (let i = 0; i < count; i++) sum += exp(data[start + i * stride] - maximum);
      for (let i = 0; i < count; i++)
        y.data[start + i * stride] = exp(data[start + i * stride] - maximum) / sum;
    }
  },
  cases: () => [
    { title: 'last axis', attributes: { axis: -1 }, inputs: [{ shape: [2, 3, 7] }] },
    { title: 'channels', attributes: { axis: 1 }, inputs: [{ shape: [2, 5, 3, 4] }] },
    {
      title: 'large numbers',
      attributes: { axis: 1 },
      inputs: [{ shape: [1, 3], data: [1000, 999, -1000] }],
    },
  ],
};
