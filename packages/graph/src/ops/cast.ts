import { DataType, OpType } from '@mnnquant/mnn-format';
import { dtypeOf } from '../format.ts';
import type { OpDefinition } from '../op.ts';
import type { DType } from '../tensor.ts';
import { required } from './support/inputs.ts';
import { parameter } from './support/parameter.ts';

export interface CastAttributes {
  readonly to: DType;
  /** Everything but 0 becomes 1. */
  readonly toBool: boolean;
}

/** Changes the element type; floats are cut towards zero. */
export const cast: OpDefinition<CastAttributes> = {
  name: 'Cast',
  opTypes: [OpType.Cast],
  parse(op, context) {
    const { dstT } = parameter(op, 'CastParam', context);
    return { to: dtypeOf(dstT, context.where), toBool: dstT === DataType.DT_BOOL };
  },
  shape({ to }, inputs, where) {
    const { shape, layout } = required(inputs, 0, where);
    return [{ shape, dtype: to, layout }];
  },
  reference({ to, toBool }, inputs, [y]) {
    const { data } = required(inputs, 0, 'Cast');
    for (let i = 0; i < data.length; i++) {
      y.data[i] = toBool ? Number(data[i] !== 0) : to === 'float32' ? data[i] : Math.trunc(data[i]);
    }
  },
  cases: [
    {
      title: 'float to int',
      attributes: { to: 'int32', toBool: false },
      inputs: [{ shape: [5], data: [-1.7, -0.2, 0.9, 1, 300.5] }],
    },
    {
      title: 'int to float',
      attributes: { to: 'float32', toBool: false },
      inputs: [{ shape: [3], dtype: 'int32', data: [-3, 0, 7] }],
    },
    {
      title: 'to bool',
      attributes: { to: 'int32', toBool: true },
      inputs: [{ shape: [4], data: [-0.5, 0, 2, 1] }],
    },
  ],
};
