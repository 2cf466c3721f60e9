import { OpType } from '@mnnquant/mnn-format';
import { GraphError, type OpDefinition } from '../op.ts';
import { broadcastShape, broadcastStrides, forEachPair } from './support/broadcast.ts';
import { required } from './support/inputs.ts';

/** condition (int32), a, b → a where the condition is not 0, else b; NumPy's broadcasting. */
export const select: OpDefinition<undefined> = {
  name: 'Select',
  opTypes: [OpType.Select],
  parse: () => undefined,
  shape(_, inputs, where) {
    const condition = required(inputs, 0, where);
    const a = required(inputs, 1, where);
    const b = required(inputs, 2, where);
    if (a.dtype !== b.dtype)
      throw new GraphError(`${where}: expected two inputs of one type, got ${a.dtype} and ${b.dtype}`);
    const shape = broadcastShape(broadcastShape(condition.shape, a.shape, where), b.shape, where);
    return [{ shape, dtype: a.dtype, layout: a.layout }];
  },
  reference(_, inputs, [y]) {
    const [condition, a, b] = [0, 1, 2].map((i) => required(inputs, i, 'Select'));
    const fill = (from: typeof a, wanted: boolean): void =>
      forEachPair(
        y.shape,
        broadcastStrides(condition.shape, y.shape),
        broadcastStrides(from.shape, y.shape),
        (at, c, i) => {
          if ((condition.data[c] !== 0) === wanted) y.data[at] = from.data[i];
        },
      );
    fill(a, true);
    fill(b, false);
  },
  cases: [
    {
      title: 'the first repeated',
      attributes: undefined,
      inputs: [{ shape: [2, 1], dtype: 'int32', data: [1, 0] }, { shape: [3] }, { shape: [2, 3] }],
    },
    {
      title: 'both repeated',
      attributes: undefined,
      inputs: [{ shape: [2, 1], dtype: 'int32', data: [0, 3] }, { shape: [1, 3] }, { shape: [4, 2, 1] }],
    },
    {
      title: 'same shape',
      attributes: undefined,
      inputs: [
        { shape: [2, 3], dtype: 'int32', data: [1, 0, 0, 2, 0, -1] },
        { shape: [2, 3] },
        { shape: [2, 3] },
      ],
    },
    {
      title: 'broadcast',
      attributes: undefined,
      inputs: [{ shape: [3], dtype: 'int32', data: [1, 0, 1] }, { shape: [2, 3] }, { shape: [] }],
    },
  ],
};
