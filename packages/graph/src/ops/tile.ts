import { OpType } from '@mnnquant/mnn-format';
import { GraphError, type OpDefinition } from '../op.ts';
import { knownIntegers, required } from './support/inputs.ts';
import { denseStrides } from './support/strides.ts';

/** Repeats a tensor along each dimension: x, repeats [rank] → y. */
export const tile: OpDefinition<undefined> = {
  name: 'Tile',
  opTypes: [OpType.Tile],
  parse: () => undefined,
  shape(_, inputs, where) {
    const { shape, dtype, layout } = required(inputs, 0, where);
    const repeats = knownIntegers(inputs, 1, where);
    if (repeats.length !== shape.length || repeats.some((count) => count < 0))
      throw new GraphError(`${where}: expected ${shape.length} counts of at least 0, got [${repeats}]`);
    return [{ shape: shape.map((extent, axis) => extent * repeats[axis]), dtype, layout }];
  },
  reference(_, inputs, [y]) {
    const x = required(inputs, 0, 'Tile');
    const [from, to] = [denseStrides(x.shape), denseStrides(y.shape)];
    for (let i = 0; i < y.data.length; i++) {
      let source = 0;
      for (let axis = 0; axis < from.length; axis++)
        source += ((Math.floor(i / to[axis]) % y.shape[axis]) % x.shape[axis]) * from[axis];
      y.data[i] = x.data[source];
    }
  },
  cases: () => [
    {
      title: 'two axes',
      attributes: undefined,
      inputs: [{ shape: [2, 3, 4] }, { shape: [3], dtype: 'int32', data: [2, 1, 3] }],
    },
    {
      title: 'to nothing',
      attributes: undefined,
      inputs: [{ shape: [2, 3] }, { shape: [2], dtype: 'int32', data: [0, 2] }],
    },
  ],
};
