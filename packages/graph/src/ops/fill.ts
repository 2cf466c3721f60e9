import { OpType } from '@mnnquant/mnn-format';
import type { OpDefinition } from '../op.ts';
import { knownIntegers, required } from './support/inputs.ts';

/** A tensor of one value: shape, value → y. */
export const fill: OpDefinition<undefined> = {
  name: 'Fill',
  opTypes: [OpType.Fill],
  parse: () => undefined,
  shape(_, inputs, where) {
    const { dtype, layout } = required(inputs, 1, where);
    return [{ shape: knownIntegers(inputs, 0, where), dtype, layout }];
  },
  reference(_, inputs, [y]) {
    y.data.fill(Number(required(inputs, 1, 'Fill').data[0]));
  },
  cases: () => [
    {
      title: 'floats',
      attributes: undefined,
      inputs: [
        { shape: [2], dtype: 'int32', data: [2, 3] },
        { shape: [], data: [1.5] },
      ],
    },
    {
      title: 'nothing, of whole numbers',
      attributes: undefined,
      inputs: [
        { shape: [3], dtype: 'int32', data: [2, 0, 3] },
        { shape: [], dtype: 'int32', data: [7] },
      ],
    },
  ],
};
