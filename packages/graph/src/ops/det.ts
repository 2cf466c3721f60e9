import { OpType } from '@mnnquant/mnn-format';
import { GraphError, type OpDefinition } from '../op.ts';
import { elementCount, type TensorData } from '../tensor.ts';
import { required } from './support/inputs.ts';

/** What is left of a row's largest number where elimination in double precision should have left nothing. */
const ROUNDING = 2 ** -48;

/**
 * Determinants of square matrices [...,M,M] → [...]; 1 of a matrix without rows.
 *
 * By elimination with the largest pivot of each column. MNN (CPUDet.cpp, 3.6.1) takes the pivot that is there,
 * unless it is below 1e-6: then it swaps rows without turning the sign, or answers 0 if all in the column are.
 */
export const det: OpDefinition<Record<never, never>> = {
  name: 'Det',
  opTypes: [OpType.Det],
  parse: () => ({}),
  shape(_, inputs, where) {
    const { shape, dtype, layout } = required(inputs, 0, where);
    if (shape.length < 2 || shape.at(-1) !== shape.at(-2))
      throw new GraphError(`${where}: expected square matrices, got [${shape}]`);
    if (dtype !== 'float32')
      throw new GraphError(`${where}: expected floats, got ${dtype}; cast them before`);
    return [{ shape: shape.slice(0, -2), dtype, layout }];
  },
  reference(_, inputs, [y]) {
    const { shape, data } = required(inputs, 0, 'Det');
    const size = shape.at(-1) as number;
    for (let i = 0; i < elementCount(y.shape); i++)
      y.data[i] = determinant(data.subarray(i * size * size, (i + 1) * size * size), size);
  },
  cases: () => [
    { title: 'one matrix', attributes: {}, inputs: [{ shape: [4, 4] }] },
    { title: 'a batch', attributes: {}, inputs: [{ shape: [2, 3, 5, 5] }] },
    { title: 'a zero in the corner', attributes: {}, inputs: [{ shape: [2, 2], data: [0, 2, 3, 4] }] },
    {
      title: 'singular',
      attributes: {},
      inputs: [{ shape: [2, 3, 3], data: [1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 0, 0, 1, 2, 3, 4, 5, 6] }],
    },
    {
      title: 'small numbers, infinity, not a number',
      attributes: {},
      inputs: [{ shape: [3, 2, 2], data: [1e-9, 0, 0, 1e9, Infinity, 0, 0, 1, Number.NaN, 1, 1, 1] }],
    },
    {
      title: 'as large as numbers get, nothing with a sign',
      attributes: {},
      inputs: [{ shape: [3, 2, 2], data: [3e38, 1, 0, 1, -Infinity, 0, 1, 1, -0, 1, 2, -0] }],
    },
    { title: 'no rows', attributes: {}, inputs: [{ shape: [2, 0, 0] }] },
    { title: 'no matrix', attributes: {}, inputs: [{ shape: [0, 3, 3] }] },
  ],
};

function determinant(matrix: TensorData, size: number): number {
  const rows = Array.from({ length: size }, (_, i) => {
    const numbers = Float64Array.from(matrix.subarray(i * size, (i + 1) * size));
    return { numbers, noise: ROUNDING * numbers.reduce((most, value) => Math.max(most, Math.abs(value)), 0) };
  });
  let result = 1;
  for (let k = 0; k < size; k++) {
    let best = k;
    for (let i = k + 1; i < size; i++)
      if (Math.abs(rows[i].numbers[k]) > Math.abs(rows[best].numbers[k])) best = i;
    if (best !== k) {
      [rows[k], rows[best]] = [rows[best], rows[k]];
      result = -result;
    }
    const { numbers, noise } = rows[k];
    if (Math.abs(numbers[k]) <= noise) return 0;
    result *= numbers[k];
    for (const { numbers: row } of rows.slice(k + 1)) {
      const factor = row[k] / numbers[k];
      for (let j = k; j < size; j++) row[j] -= factor * numbers[j];
    }
  }
  return result;
}
