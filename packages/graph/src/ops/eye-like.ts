import { OpType } from '@mnnquant/mnn-format';
import { GraphError, type OpDefinition } from '../op.ts';
import { required } from './support/inputs.ts';

/**
 * Ones on a diagonal, else zeros, in the shape and type of the first input: [M,N] or [batch,M,N], k (0: the main
 * diagonal, more than 0: above it) → y. MNN gives ONNX's `dtype` up and would fill the first matrix only of a
 * tensor with more dimensions (GeometryFill.cpp, MNN 3.6.1).
 */
export const eyeLike: OpDefinition<Record<never, never>> = {
  name: 'EyeLike',
  opTypes: [OpType.EyeLike],
  parse: () => ({}),
  shape(_, inputs, where) {
    const { shape, dtype, layout } = required(inputs, 0, where);
    if (shape.length !== 2 && shape.length !== 3)
      throw new GraphError(
        `${where}: expected a matrix or a batch of matrices, got [${shape}]; reshape it before`,
      );
    if (inputs[1] && inputs[1].value === undefined)
      throw new GraphError(
        `${where}: expected a constant number of the diagonal, got a computed one, which MNN cannot read`,
      );
    return [{ shape, dtype, layout }];
  },
  reference(_, inputs, [y]) {
    const [rows, columns] = y.shape.slice(-2);
    const k = Number(inputs[1]?.data[0] ?? 0);
    y.data.fill(0);
    for (let start = 0; start < y.data.length; start += rows * columns)
      for (let row = Math.max(0, -k); row < rows && row + k < columns; row++)
        y.data[start + row * columns + row + k] = 1;
  },
  cases: () => [
    {
      title: 'without k, whole numbers',
      attributes: {},
      inputs: [{ shape: [3, 4], dtype: 'int32' }],
    },
    ...[0, 2, -1, 4, -3, 9].map((k) => ({
      title: `k ${k}`,
      attributes: {},
      inputs: [{ shape: [2, 3, 4] }, { shape: [1], dtype: 'int32' as const, data: [k] }],
    })),
    {
      title: 'no rows',
      attributes: {},
      inputs: [{ shape: [0, 4] }, { shape: [], dtype: 'int32', data: [0] }],
    },
  ],
};
