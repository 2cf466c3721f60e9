import { OpType } from '@mnnquant/mnn-format';
import { GraphError, type OpDefinition } from '../op.ts';
import type { HostTensor, TensorDesc } from '../tensor.ts';
import { broadcastShape, broadcastStrides, forEachPair } from './support/broadcast.ts';
import { required } from './support/inputs.ts';
import { optionalParameter } from './support/parameter.ts';

export interface MatMulAttributes {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

/** a [.., M,K] · b [.., K,N] (+ bias [N]) → y [.., M,N]; leading dimensions broadcast, one-dimensional operands are vectors. */
export const matMul: OpDefinition<MatMulAttributes> = {
  name: 'MatMul',
  opTypes: [OpType.MatMul, OpType.BatchMatMul],
  parse(op, { where }) {
    const batched = optionalParameter(op, 'BatchMatMulParam');
    if (batched) return { transposeA: batched.adjX, transposeB: batched.adjY };
    const plain = optionalParameter(op, 'MatMul');
    if (plain?.weight !== undefined)
      throw new GraphError(`${where}: weights inside MatMul are not evaluated; they should be an input`);
    return { transposeA: plain?.transposeA ?? false, transposeB: plain?.transposeB ?? false };
  },
  shape(attributes, inputs, where) {
    const a = required(inputs, 0, where);
    const b = required(inputs, 1, where);
    const { batch, rows, columns } = matrixSizes(attributes, a, b, where);
    const result = [...batch];
    if (a.shape.length > 1) result.push(rows);
    if (b.shape.length > 1) result.push(columns);
    return [
      { shape: result, dtype: a.dtype, layout: a.shape.length >= b.shape.length ? a.layout : b.layout },
    ];
  },
  reference(attributes, inputs, [y]) {
    const a = required(inputs, 0, 'MatMul');
    const b = required(inputs, 1, 'MatMul');
    const { batch, rows, columns, inner } = matrixSizes(attributes, a, b, 'MatMul');
    const aStrides = broadcastStrides(a.shape.slice(0, -2), batch);
    const bStrides = broadcastStrides(b.shape.slice(0, -2), batch);
    const [aRow, aInner] = attributes.transposeA ? [1, rows] : [inner, 1];
    const [bInner, bColumn] = attributes.transposeB ? [1, inner] : [columns, 1];
    forEachPair(batch, aStrides, bStrides, (index, i, j) => {
      const [aBase, bBase] = [i * rows * inner, j * inner * columns];
      for (let m = 0; m < rows; m++) {
        for (let n = 0; n < columns; n++) {
          let sum = inputs[2]?.data[n] ?? 0;
          for (let k = 0; k < inner; k++)
            sum += a.data[aBase + m * aRow + k * aInner] * b.data[bBase + k * bInner + n * bColumn];
          y.data[(index * rows + m) * columns + n] = sum;
        }
      }
    });
  },
  cases: () => [
    {
      title: 'two matrices',
      attributes: { transposeA: false, transposeB: false },
      inputs: [{ shape: [5, 7] }, { shape: [7, 9] }],
    },
    {
      title: 'both transposed',
      attributes: { transposeA: true, transposeB: true },
      inputs: [{ shape: [7, 5] }, { shape: [9, 7] }],
    },
    {
      title: 'with bias',
      attributes: { transposeA: false, transposeB: true },
      inputs: [{ shape: [3, 4] }, { shape: [6, 4] }, { shape: [6] }],
    },
    {
      title: 'batches broadcast',
      attributes: { transposeA: false, transposeB: false },
      inputs: [{ shape: [2, 1, 3, 4] }, { shape: [5, 4, 2] }],
    },
    {
      title: 'vector times matrix',
      attributes: { transposeA: false, transposeB: false },
      inputs: [{ shape: [4] }, { shape: [4, 3] }],
    },
    {
      title: 'matrix times vector',
      attributes: { transposeA: false, transposeB: false },
      inputs: [{ shape: [3, 4] }, { shape: [4] }],
    },
  ],
};

/** Which matrix of a and which of b belong to each result, by broadcasting the leading dimensions; shared by kernels. */
export function pairBatches(
  a: readonly number[],
  b: readonly number[],
): { readonly a: number; readonly b: number }[] {
  const batch = broadcastShape(a, b, 'MatMul');
  const pairs: { a: number; b: number }[] = [];
  forEachPair(batch, broadcastStrides(a, batch), broadcastStrides(b, batch), (_, i, j) =>
    pairs.push({ a: i, b: j }),
  );
  return pairs;
}

type Shaped = Pick<TensorDesc | HostTensor, 'shape'>;

function matrixSizes({ transposeA, transposeB }: MatMulAttributes, a: Shaped, b: Shaped, where: string) {
  if (a.shape.length === 0 || b.shape.length === 0)
    throw new GraphError(`${where}: expected matrices, got [${a.shape}] and [${b.shape}]`);
  const left = a.shape.length === 1 ? [1, a.shape[0]] : a.shape.slice(-2);
  const right = b.shape.length === 1 ? [b.shape[0], 1] : b.shape.slice(-2);
  const [rows, innerA] = transposeA && a.shape.length > 1 ? [left[1], left[0]] : left;
  const [innerB, columns] = transposeB && b.shape.length > 1 ? [right[1], right[0]] : right;
  if (innerA !== innerB)
    throw new GraphError(
      `${where}: expected equal inner extents, got [${a.shape}] and [${b.shape}] (${innerA} and ${innerB})`,
    );
  return {
    batch: broadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2), where),
    rows,
    columns,
    inner: innerA,
  };
}
