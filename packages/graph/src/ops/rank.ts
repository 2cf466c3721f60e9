import { OpType } from '@mnnquant/mnn-format';
import type { OpDefinition } from '../op.ts';
import { required } from './support/inputs.ts';

/** The number of dimensions, an int32 scalar. */
export const rank: OpDefinition<undefined> = {
  name: 'Rank',
  opTypes: [OpType.Rank],
  parse: () => undefined,
  shape(_, inputs, where) {
    const { shape, layout } = required(inputs, 0, where);
    return [{ shape: [], dtype: 'int32', layout, value: Int32Array.of(shape.length) }];
  },
  reference(_, inputs, [y]) {
    y.data[0] = required(inputs, 0, 'Rank').shape.length;
  },
  cases: () => [{ title: 'three', attributes: undefined, inputs: [{ shape: [2, 3, 4] }] }],
};
