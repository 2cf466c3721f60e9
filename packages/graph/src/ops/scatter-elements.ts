import { BinaryOpOperation, OpType } from '@mnnquant/mnn-format';
import { GraphError, type OpDefinition } from '../op.ts';
import { elementCount } from '../tensor.ts';
import { positionsAlong } from './support/flat-index.ts';
import { normalizeAxis, required } from './support/inputs.ts';
import { parseScatter, type ScatterAttributes, scatterRows } from './support/scatter.ts';

/**
 * Numbers put into a copy of x: the update at [i, j, k] goes to [index, j, k] where axis 0 is the one of the
 * indices. x, indices, updates of one shape, axis (0) → y (GeometryScatter.cpp, MNN 3.6.1).
 */
export const scatterElements: OpDefinition<ScatterAttributes> = {
  name: 'ScatterElements',
  opTypes: [OpType.ScatterElements],
  parse: parseScatter,
  shape(_, inputs, where) {
    const { shape, dtype, layout } = required(inputs, 0, where);
    const indices = required(inputs, 1, where);
    const updates = required(inputs, 2, where);
    if (indices.shape.length !== shape.length || indices.dtype !== 'int32')
      throw new GraphError(
        `${where}: expected int32 indices of ${shape.length} dimensions, got ${indices.dtype} [${indices.shape}]`,
      );
    if (elementCount(updates.shape) !== elementCount(indices.shape))
      throw new GraphError(`${where}: expected updates of shape [${indices.shape}], got [${updates.shape}]`);
    return [{ shape, dtype, layout }];
  },
  reference(attributes, inputs, [y]) {
    const x = required(inputs, 0, 'ScatterElements');
    const indices = required(inputs, 1, 'ScatterElements');
    const axis = normalizeAxis(Number(inputs[3]?.data[0] ?? 0), x.shape.length, 'ScatterElements');
    y.data.set(x.data);
    const positions = positionsAlong(indices, axis, x.shape);
    scatterRows(y, positions, required(inputs, 2, 'ScatterElements').data, 1, attributes);
  },
  cases: () => [
    {
      title: 'along the first axis',
      attributes: { reduction: -1 },
      inputs: [
        { shape: [3, 3] },
        { shape: [2, 3], dtype: 'int32', data: [1, 0, 2, 0, 2, 1] },
        { shape: [2, 3] },
      ],
    },
    {
      title: 'added along the last axis',
      attributes: { reduction: BinaryOpOperation.ADD },
      inputs: [
        { shape: [2, 4] },
        { shape: [2, 3], dtype: 'int32', data: [1, 3, 1, 0, 0, 2] },
        { shape: [2, 3] },
        { shape: [], dtype: 'int32', data: [-1] },
      ],
    },
  ],
};
