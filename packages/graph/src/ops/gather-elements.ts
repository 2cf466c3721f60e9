import { OpType } from '@mnnquant/mnn-format';
import { GraphError, type OpDefinition } from '../op.ts';
import { positionsAlong } from './support/flat-index.ts';
import { normalizeAxis, required } from './support/inputs.ts';

/**
 * Numbers picked along an axis: y[i, j, k] = x[indices[i, j, k], j, k] for axis 0. x, indices, axis (0) → y of
 * the indices' shape. What lies outside of x gives 0 (GeometryGather.cpp, MNN 3.6.1).
 */
export const gatherElements: OpDefinition<undefined> = {
  name: 'GatherElements',
  opTypes: [OpType.GatherElements],
  parse: () => undefined,
  shape(_, inputs, where) {
    const x = required(inputs, 0, where);
    const indices = required(inputs, 1, where);
    if (indices.shape.length !== x.shape.length || indices.dtype !== 'int32')
      throw new GraphError(
        `${where}: expected int32 indices of ${x.shape.length} dimensions, got ${indices.dtype} [${indices.shape}]`,
      );
    return [{ shape: indices.shape, dtype: x.dtype, layout: x.layout }];
  },
  reference(_, inputs, [y]) {
    const x = required(inputs, 0, 'GatherElements');
    const axis = normalizeAxis(Number(inputs[2]?.data[0] ?? 0), x.shape.length, 'GatherElements');
    const positions = positionsAlong(required(inputs, 1, 'GatherElements'), axis, x.shape);
    for (const [i, position] of positions.entries()) y.data[i] = x.data[position] ?? 0;
  },
  cases: () => [
    {
      title: 'along the first axis, fewer columns',
      attributes: undefined,
      inputs: [{ shape: [3, 4] }, { shape: [2, 3], dtype: 'int32', data: [1, 0, 2, 0, 2, 1] }],
    },
    {
      title: 'along a negative axis',
      attributes: undefined,
      inputs: [
        { shape: [2, 3, 2] },
        { shape: [2, 3, 2], dtype: 'int32', data: [1, 0, 0, 0, 1, 1, 0, 1, 1, 0, 0, 1] },
        { shape: [1], dtype: 'int32', data: [-1] },
      ],
    },
  ],
};
