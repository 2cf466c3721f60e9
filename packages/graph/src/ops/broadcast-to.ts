import { OpType } from '@mnnquant/mnn-format';
import type { OpDefinition } from '../op.ts';
import { broadcastShape, broadcastStrides } from './support/broadcast.ts';
import { knownIntegers, required } from './support/inputs.ts';
import { copyView, denseStrides } from './support/strides.ts';

/** Repeats dimensions of extent 1 up to the shape in the second input. */
export const broadcastTo: OpDefinition<undefined> = {
  name: 'BroadcastTo',
  opTypes: [OpType.BroadcastTo],
  parse: () => undefined,
  shape(_, inputs, where) {
    const { shape, dtype, layout } = required(inputs, 0, where);
    return [{ shape: broadcastShape(shape, knownIntegers(inputs, 1, where), where), dtype, layout }];
  },
  reference(_, inputs, [y]) {
    const x = required(inputs, 0, 'BroadcastTo');
    const from = { offset: 0, strides: broadcastStrides(x.shape, y.shape) };
    copyView(x.data, from, y.data, { offset: 0, strides: denseStrides(y.shape) }, y.shape);
  },
  cases: [
    {
      title: 'two axes',
      attributes: undefined,
      inputs: [{ shape: [3, 1] }, { shape: [3], dtype: 'int32', data: [2, 3, 4] }],
    },
    {
      title: 'a scalar',
      attributes: undefined,
      inputs: [{ shape: [] }, { shape: [2], dtype: 'int32', data: [2, 3] }],
    },
  ],
};
