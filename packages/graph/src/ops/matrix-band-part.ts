import { OpType } from '@mnnquant/mnn-format';
import { GraphError, type OpDefinition } from '../op.ts';
import { required } from './support/inputs.ts';

/**
 * The diagonals near the main one of every matrix [...,M,N], the rest 0: x, diagonals below, diagonals above
 * (less than 0: all of them) → y of the same shape. The rest is multiplied by 0, so that NaN and infinity
 * become NaN (CPUMatrixBandPart.cpp, MNN 3.6.1).
 */
export const matrixBandPart: OpDefinition<Record<never, never>> = {
  name: 'MatrixBandPart',
  opTypes: [OpType.MatrixBandPart],
  parse: () => ({}),
  shape(_, inputs, where) {
    const { shape, dtype, layout } = required(inputs, 0, where);
    for (const i of [1, 2]) required(inputs, i, where);
    if (shape.length < 2)
      throw new GraphError(`${where}: expected matrices, two dimensions or more, got [${shape}]`);
    if (dtype !== 'float32' && dtype !== 'int32')
      throw new GraphError(`${where}: expected floats or whole numbers, got ${dtype}; cast them before`);
    return [{ shape, dtype, layout }];
  },
  reference(_, inputs, [y]) {
    const { shape, data } = required(inputs, 0, 'MatrixBandPart');
    const [below, above] = [1, 2].map((i) => required(inputs, i, 'MatrixBandPart').data[0]);
    const [rows, columns] = shape.slice(-2);
    for (let i = 0; i < data.length; i++) {
      const column = i % columns;
      const distance = column - (((i - column) / columns) % rows);
      const inside = (below < 0 || -distance <= below) && (above < 0 || distance <= above);
      y.data[i] = inside ? data[i] : data[i] * 0;
    }
  },
  cases: () =>
    [
      [0, 0],
      [1, -1],
      [-1, 0],
      [2, 1],
      [-1, -1],
    ].map(([below, above]) => ({
      title: `${below} below, ${above} above`,
      attributes: {},
      inputs: [
        { shape: [2, 4, 5] },
        { shape: [], dtype: 'int32' as const, data: [below] },
        { shape: [1], dtype: 'int32' as const, data: [above] },
      ],
    })),
};
