import { OpType } from '@mnnquant/mnn-format';
import { GraphError, type OpDefinition } from '../op.ts';
import type { HostTensor } from '../tensor.ts';
import { knownContents, required } from './support/inputs.ts';

/**
 * The whole numbers of x that y has not, in their order, each as often as in x: x, y → [left]. TensorFlow's
 * second output, where they were, does not exist in MNN (CPUSetDiff1D.cpp, 3.6.1).
 */
export const setDiff1d: OpDefinition<Record<never, never>> = {
  name: 'SetDiff1D',
  opTypes: [OpType.SetDiff1D],
  parse: () => ({}),
  shape(_, inputs, where) {
    const both = [0, 1].map((i) => required(inputs, i, where));
    if (both.some(({ dtype }) => dtype !== 'int32'))
      throw new GraphError(
        `${where}: expected whole numbers (int32), got ${both.map(({ dtype }) => dtype).join(' and ')}; cast them before`,
      );
    const left = difference(knownContents(inputs.slice(0, 2), where));
    return [{ shape: [left.length], dtype: 'int32', layout: both[0].layout }];
  },
  reference: (_, inputs, [left]) => left.data.set(difference(inputs)),
  cases: () => [
    {
      title: 'some, with equal ones',
      attributes: {},
      inputs: [
        { shape: [6], dtype: 'int32', data: [5, -1, 5, 3, 0, 3] },
        { shape: [2], dtype: 'int32', data: [3, 7] },
      ],
    },
    {
      title: 'nothing left',
      attributes: {},
      inputs: [
        { shape: [2], dtype: 'int32', data: [1, 2] },
        { shape: [3], dtype: 'int32', data: [2, 0, 1] },
      ],
    },
    {
      title: 'nothing to leave out',
      attributes: {},
      inputs: [
        { shape: [2], dtype: 'int32', data: [4, 2] },
        { shape: [0], dtype: 'int32' },
      ],
    },
  ],
};

function difference(inputs: readonly (HostTensor | undefined)[]): number[] {
  const [x, y] = [0, 1].map((i) => required(inputs, i, 'SetDiff1D').data);
  const out = new Set<number>(y);
  return Array.from(x, Number).filter((value) => !out.has(value));
}
