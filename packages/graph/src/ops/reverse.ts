import { OpType } from '@mnnquant/mnn-format';
import type { OpDefinition } from '../op.ts';
import { elementCount } from '../tensor.ts';
import { normalizeAxis, required } from './support/inputs.ts';

/** The slices along an axis in the opposite order: x, axis → y (GeometryReverseSequence.cpp, MNN 3.6.1). */
export const reverse: OpDefinition<undefined> = {
  name: 'Reverse',
  opTypes: [OpType.Reverse],
  parse: () => undefined,
  shape(_, inputs, where) {
    const { shape, dtype, layout } = required(inputs, 0, where);
    required(inputs, 1, where);
    return [{ shape, dtype, layout }];
  },
  reference(_, inputs, [y]) {
    const { shape, data } = required(inputs, 0, 'Reverse');
    const axis = normalizeAxis(Number(required(inputs, 1, 'Reverse').data[0]), shape.length, 'Reverse');
    const inner = elementCount(shape.slice(axis + 1));
    const count = shape[axis];
    const outer = elementCount(shape.slice(0, axis));
    for (let o = 0; o < outer; o++)
      for (let i = 0; i < count; i++) {
        const from = (o * count + i) * inner;
        y.data.set(data.subarray(from, from + inner), (o * count + count - 1 - i) * inner);
      }
  },
  cases: () => [
    {
      title: 'a middle axis',
      attributes: undefined,
      inputs: [{ shape: [2, 3, 4] }, { shape: [1], dtype: 'int32', data: [1] }],
    },
    {
      title: 'the last axis of whole numbers',
      attributes: undefined,
      inputs: [
        { shape: [2, 3], dtype: 'int32', data: [1, 2, 3, 4, 5, 6] },
        { shape: [], dtype: 'int32', data: [-1] },
      ],
    },
  ],
};
