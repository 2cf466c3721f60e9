import { OpType } from '@mnnquant/mnn-format';
import type { OpDefinition } from '../op.ts';
import { elementCount } from '../tensor.ts';
import { required } from './support/inputs.ts';

/** The number of elements, an int32 scalar. */
export const size: OpDefinition<undefined> = {
  name: 'Size',
  opTypes: [OpType.Size],
  parse: () => undefined,
  shape(_, inputs, where) {
    const { shape, layout } = required(inputs, 0, where);
    return [{ shape: [], dtype: 'int32', layout, value: Int32Array.of(elementCount(shape)) }];
  },
  reference(_, inputs, [y]) {
    y.data[0] = required(inputs, 0, 'Size').data.length;
  },
  cases: () => [{ title: 'of three dimensions', attributes: undefined, inputs: [{ shape: [2, 3, 4] }] }],
};
