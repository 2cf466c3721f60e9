import { BinaryOpOperation, OpType } from '@mnnquant/mnn-format';
import { GraphError, type OpDefinition } from '../op.ts';
import { elementCount } from '../tensor.ts';
import { flatPositions } from './support/flat-index.ts';
import { knownIntegers, required } from './support/inputs.ts';
import { parseScatter, type ScatterAttributes, scatterRows } from './support/scatter.ts';

/**
 * Slices put into a tensor: indices [n…, d], updates [n…, s…], the result's shape [r…, s…] with d numbers in r,
 * and the tensor to start from (0 when missing) → y. Of updates to one place the last stays, or all are joined
 * (GeometryScatter.cpp, MNN 3.6.1).
 */
export const scatterNd: OpDefinition<ScatterAttributes> = {
  name: 'ScatterNd',
  opTypes: [OpType.ScatterNd],
  parse: parseScatter,
  shape(_, inputs, where) {
    const indices = required(inputs, 0, where);
    const { shape: updates, dtype, layout } = required(inputs, 1, where);
    const shape = knownIntegers(inputs, 2, where);
    const width = indices.shape.at(-1);
    if (indices.dtype !== 'int32' || width === undefined || width > shape.length)
      throw new GraphError(
        `${where}: expected int32 indices with rows of at most ${shape.length} numbers, got ${indices.dtype} [${indices.shape}]`,
      );
    const expected = [...indices.shape.slice(0, -1), ...shape.slice(width)];
    if (elementCount(expected) !== elementCount(updates))
      throw new GraphError(`${where}: expected updates of shape [${expected}], got [${updates}]`);
    const data = inputs[3];
    if (data && data.shape.length > 0 && elementCount(data.shape) !== elementCount(shape))
      throw new GraphError(
        `${where}: expected a tensor of shape [${shape}] to start from, got [${data.shape}]`,
      );
    return [{ shape, dtype, layout }];
  },
  reference(attributes, inputs, [y]) {
    const indices = required(inputs, 0, 'ScatterNd');
    const updates = required(inputs, 1, 'ScatterNd');
    const data = inputs[3];
    if (data && data.shape.length > 0) y.data.set(data.data);
    else y.data.fill(data?.data[0] ?? 0);
    const width = indices.shape.at(-1)!;
    const positions = flatPositions(indices.data, width, y.shape);
    scatterRows(y, positions, updates.data, elementCount(y.shape.slice(width)), attributes);
  },
  cases: () => [
    {
      title: 'numbers into zeros, one place twice',
      attributes: { reduction: -1 },
      inputs: [
        { shape: [3, 1], dtype: 'int32', data: [4, 1, 4] },
        { shape: [3], data: [1, 2, 3] },
        { shape: [1], dtype: 'int32', data: [6] },
      ],
    },
    {
      title: 'rows added to a tensor',
      attributes: { reduction: BinaryOpOperation.ADD },
      inputs: [
        { shape: [2, 2, 1], dtype: 'int32', data: [0, 2, 2, 1] },
        { shape: [2, 2, 3] },
        { shape: [2], dtype: 'int32', data: [4, 3] },
        { shape: [4, 3] },
      ],
    },
    {
      title: 'whole numbers by two coordinates',
      attributes: { reduction: -1 },
      inputs: [
        { shape: [2, 2], dtype: 'int32', data: [0, 2, 1, 0] },
        { shape: [2], dtype: 'int32', data: [7, 8] },
        { shape: [2], dtype: 'int32', data: [2, 3] },
        { shape: [2, 3], dtype: 'int32', data: [1, 2, 3, 4, 5, 6] },
      ],
    },
  ],
};
