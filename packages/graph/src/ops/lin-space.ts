import { OpType } from '@mnnquant/mnn-format';
import { GraphError, type OpDefinition } from '../op.ts';
import { knownIntegers, required } from './support/inputs.ts';

/**
 * Evenly spaced numbers: start, stop, count → y [count], from start to stop, both included; a single number is
 * start (CPULinSpace.cpp, MNN 3.6.1).
 */
export const linSpace: OpDefinition<undefined> = {
  name: 'LinSpace',
  opTypes: [OpType.LinSpace],
  parse: () => undefined,
  shape(_, inputs, where) {
    const { layout } = required(inputs, 0, where);
    required(inputs, 1, where);
    const [count] = knownIntegers(inputs, 2, where);
    if (!(count > 0)) throw new GraphError(`${where}: expected a count of at least 1, got ${count}`);
    return [{ shape: [count], dtype: 'float32', layout }];
  },
  reference(_, inputs, [y]) {
    const [start, stop] = [0, 1].map((position) => required(inputs, position, 'LinSpace').data[0]);
    const last = y.data.length - 1;
    const step = Math.fround(Math.fround(stop - start) / Math.max(1, last));
    for (let i = 0; i < last; i++) y.data[i] = start + Math.fround(i * step);
    y.data[last] = last === 0 ? start : stop;
  },
  cases: () => [
    ...[1, 2, 7].map((count) => ({
      title: `${count} numbers`,
      attributes: undefined,
      inputs: [
        { shape: [], data: [-1.5] },
        { shape: [], data: [2.25] },
        { shape: [], dtype: 'int32' as const, data: [count] },
      ],
    })),
  ],
};
