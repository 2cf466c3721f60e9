import { OpType } from '@mnnquant/mnn-format';
import { GraphError, type OpDefinition } from '../op.ts';
import { knownIntegers, required } from './support/inputs.ts';

/** start, limit, step → start, start + step, … up to before limit. */
export const range: OpDefinition<undefined> = {
  name: 'Range',
  opTypes: [OpType.Range],
  parse: () => undefined,
  shape(_, inputs, where) {
    const { dtype, layout } = required(inputs, 0, where);
    const [start, limit, step] = [0, 1, 2].map((i) => knownIntegers(inputs, i, where)[0]);
    if (!(step !== 0)) throw new GraphError(`${where}: expected a step other than 0, got ${step}`);
    // The quotient is float32 in MNN (ShapeRange.cpp).
    const count = Math.ceil(Math.fround(Math.fround(limit - start) / step));
    return [{ shape: [Math.max(0, count)], dtype, layout }];
  },
  reference(_, inputs, [y]) {
    const start = Number(required(inputs, 0, 'Range').data[0]);
    const step = Number(required(inputs, 2, 'Range').data[0]);
    for (let i = 0; i < y.data.length; i++) y.data[i] = start + i * step;
  },
  cases: () => [
    {
      title: 'whole numbers',
      attributes: undefined,
      inputs: [10, 1, -3].map((value) => ({ shape: [], dtype: 'int32' as const, data: [value] })),
    },
    {
      title: 'floats',
      attributes: undefined,
      inputs: [0.5, 2, 0.25].map((value) => ({ shape: [], data: [value] })),
    },
    {
      title: 'nothing',
      attributes: undefined,
      inputs: [3, 3, 1].map((value) => ({ shape: [], dtype: 'int32' as const, data: [value] })),
    },
  ],
};
