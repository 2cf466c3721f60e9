import { type Op, OpType } from '@mnnquant/mnn-format';
import type { OpDefinition } from '../op.ts';
import type { HostTensor, TensorData } from '../tensor.ts';
import { knownContents, required } from './support/inputs.ts';
import { denseStrides } from './support/strides.ts';

/** Whether the result has a row per element, found or not, as models of old converters expect. */
export interface WhereAttributes {
  readonly allRows: boolean;
}

/**
 * The indices of the elements above 0, in order: x of rank r → int32 [found, r]. Negative numbers and NaN do
 * not count (CPUWhere.cpp, MNN 3.6.1). In the old form, without a parameter, the rows behind the last one found
 * are 0 here; MNN leaves what was in memory.
 */
export const where: OpDefinition<WhereAttributes> = {
  name: 'Where',
  opTypes: [OpType.Where],
  parse: (op: Op) => ({ allRows: op.main === undefined }),
  shape({ allRows }, inputs, place) {
    const { shape, layout } = required(inputs, 0, place);
    const [x] = allRows ? [] : knownContents(inputs.slice(0, 1), place);
    const rows = x ? countAboveZero(x.data) : shape.reduce((product, extent) => product * extent, 1);
    return [{ shape: [rows, shape.length], dtype: 'int32', layout }];
  },
  reference(_, inputs, [y]) {
    const { shape, data }: HostTensor = required(inputs, 0, 'Where');
    const strides = denseStrides(shape);
    let next = 0;
    y.data.fill(0);
    for (let i = 0; i < data.length; i++) {
      if (!(data[i] > 0)) continue;
      for (let axis = 0, rest = i; axis < strides.length; axis++) {
        const index = Math.floor(rest / strides[axis]);
        y.data[next++] = index;
        rest -= index * strides[axis];
      }
    }
  },
  cases: () => [
    ...[
      [2, 1, 3],
      [1, 3, 1, 2],
      [1, 2, 1, 1, 3],
    ].map((shape) => ({
      title: `${shape.length} dimensions`,
      attributes: { allRows: false },
      inputs: [{ shape, dtype: 'int32' as const, data: [0, 2, 1, 0, -3, 4] }],
    })),
    {
      title: 'channels last',
      attributes: { allRows: false },
      inputs: [{ shape: [1, 2, 1, 3], layout: 'NHWC', data: [0.5, 0, -1, 2, 0, 1] }],
    },
    { title: 'nothing', attributes: { allRows: false }, inputs: [{ shape: [0, 3] }] },
    {
      title: 'floats',
      attributes: { allRows: false },
      inputs: [{ shape: [2, 3], data: [0, 1, -1, 0.5, Number.NaN, 2] }],
    },
    {
      title: 'whole numbers, nothing found',
      attributes: { allRows: false },
      inputs: [{ shape: [4], dtype: 'int32', data: [0, -1, 0, 0] }],
    },
    {
      title: 'a row for each element',
      attributes: { allRows: true },
      inputs: [{ shape: [2, 2], dtype: 'int32', data: [0, 1, 0, 3] }],
    },
  ],
};

function countAboveZero(data: TensorData): number {
  let count = 0;
  for (const value of data) if (value > 0) count++;
  return count;
}
