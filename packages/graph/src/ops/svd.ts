import { OpType } from '@mnnquant/mnn-format';
import { GraphError, type OpDefinition } from '../op.ts';
import { required } from './support/inputs.ts';

/** Columns count as orthogonal below this cosine: twice the precision of single floats, as MNN has it. */
const ORTHOGONAL = 2 ** -22;
/** What is left of the largest singular value where rotations in double precision should have left nothing. */
const ROUNDING = 2 ** -48;
/** Rounds of rotations at most. */
const MAX_ROUNDS = 30;

/**
 * A = U·diag(W)·Vᵀ of a matrix [M,N] with M ≥ N: → W [N], U [M,N], Vᵀ [N,N]; for a singular value of 0 the column
 * of U is NaN. Signs and order are those of MNN's rotations: a pair of columns is put in falling order only while
 * it is not yet orthogonal (CPUSvd.cpp, 3.6.1). MNN itself is right for square matrices only.
 */
export const svd: OpDefinition<Record<never, never>> = {
  name: 'Svd',
  opTypes: [OpType.Svd],
  parse: () => ({}),
  shape(_, inputs, where) {
    const { shape, dtype, layout } = required(inputs, 0, where);
    const [rows, columns] = shape;
    if (shape.length !== 2 || rows < columns)
      throw new GraphError(
        `${where}: expected a matrix with at least as many rows as columns, got [${shape}]; transpose it before`,
      );
    if (dtype !== 'float32')
      throw new GraphError(`${where}: expected floats, got ${dtype}; cast them before`);
    return [[columns], [rows, columns], [columns, columns]].map((own) => ({ shape: own, dtype, layout }));
  },
  reference(_, inputs, [w, u, vt]) {
    const { shape, data } = required(inputs, 0, 'Svd');
    const [rows, columns] = shape;
    const left = Array.from({ length: columns }, (_, j) =>
      Float64Array.from({ length: rows }, (_, i) => data[i * columns + j]),
    );
    const right = Array.from({ length: columns }, (_, j) => new Float64Array(columns).fill(1, j, j + 1));
    rotate(left, right);
    const norms = left.map((column) => Math.sqrt(dot(column, column)));
    const noise = ROUNDING * norms.reduce((most, norm) => Math.max(most, norm), 0);
    for (const [j, norm] of norms.entries()) {
      const isZero = norm <= noise;
      w.data[j] = isZero ? 0 : norm;
      for (let i = 0; i < rows; i++) u.data[i * columns + j] = isZero ? Number.NaN : left[j][i] / norm;
      vt.data.set(right[j], j * columns);
    }
  },
  cases: () => [
    { title: 'square', attributes: {}, inputs: [{ shape: [4, 4] }] },
    { title: 'more rows', attributes: {}, inputs: [{ shape: [5, 3] }] },
    { title: 'orthogonal from the start', attributes: {}, inputs: [{ shape: [2, 2], data: [1, 0, 0, -2] }] },
    { title: 'one number', attributes: {}, inputs: [{ shape: [1, 1], data: [-3] }] },
    { title: 'no columns', attributes: {}, inputs: [{ shape: [3, 0] }] },
  ],
};

/** One-sided Jacobi: turns pairs of columns, and of rows of Vᵀ with them, until all are orthogonal. */
function rotate(left: readonly Float64Array[], right: readonly Float64Array[]): void {
  for (let round = 0; round < MAX_ROUNDS; round++) {
    let done = true;
    for (let i = 0; i < left.length; i++)
      for (let j = i + 1; j < left.length; j++) {
        const product = dot(left[i], left[j]);
        const [first, second] = [dot(left[i], left[i]), dot(left[j], left[j])];
        // MNN turns on where this is NaN, to no effect.
        if (!(Math.abs(product) >= ORTHOGONAL * Math.sqrt(first * second)) || product === 0) continue;
        done = false;
        const ratio = (first - second) / (2 * product);
        const tangent = (ratio < 0 ? -1 : 1) / (Math.abs(ratio) + Math.sqrt(1 + ratio * ratio));
        const cosine = 1 / Math.sqrt(1 + tangent * tangent);
        for (const side of [left, right]) turn(side[i], side[j], cosine, cosine * tangent, first < second);
      }
    if (done) return;
  }
}

/** `swap`: the longer one becomes the first. */
function turn(a: Float64Array, b: Float64Array, cosine: number, sine: number, swap: boolean): void {
  for (let k = 0; k < a.length; k++) {
    const [x, y] = swap ? [b[k], a[k]] : [a[k], b[k]];
    a[k] = x * cosine + y * sine;
    b[k] = y * cosine - x * sine;
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i], 0);
}
