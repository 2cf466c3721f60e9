import { multiplyTile, TILE } from './tile.ts';

/**
 * Upper triangle R of a symmetric matrix A = Rᵀ R, in place of A; below the diagonal stands its mirror image Rᵀ, so that rows of both can be read
 * in a row.
 *
 * A pivot that is not above `least` (a column that follows from others up to rounding) counts as `least`, and as having nothing to do with
 * the columns behind it: what lies in its direction hardly matters, and the factor stays finite, also where errors of rounding have left the
 * matrix slightly indefinite.
 *
 * @param matrix [size, size] row-major, symmetric, positive semidefinite
 * @param size a multiple of `TILE`
 * @param least above 0
 * @param onRows called again and again while it computes; what it throws ends that
 */
export function choleskyInPlace(
  matrix: Float64Array,
  size: number,
  least: number,
  onRows?: () => void,
): void {
  const sums = new Float64Array(TILE * TILE);
  for (let i = 0; i < size; i += TILE) {
    for (let j = 0; j <= i; j += TILE) {
      multiplyTile(matrix, i * size, matrix, j * size, size, 0, j, sums);
      finishTile(matrix, size, i, j, least, sums);
    }
    onRows?.();
  }
  for (let i = 0; i < size; i++)
    for (let j = i + 1; j < size; j++) matrix[i * size + j] = matrix[j * size + i]!;
}

/** Rows from i on, columns from j on: what was there, less `sums` of what is to the left, divided by the pivots. */
function finishTile(
  matrix: Float64Array,
  size: number,
  i: number,
  j: number,
  least: number,
  sums: Float64Array,
): void {
  const smallest = Math.sqrt(least);
  for (let row = 0; row < TILE; row++) {
    const at = (i + row) * size + j;
    for (let column = 0; column < TILE && j + column <= i + row; column++) {
      const pivots = (j + column) * size + j;
      let value = matrix[at + column]! - sums[row * TILE + column]!;
      for (let k = 0; k < column; k++) value -= matrix[at + k]! * matrix[pivots + k]!;
      const pivot = matrix[pivots + column]!;
      if (j + column === i + row) matrix[at + column] = Math.sqrt(Math.max(value, least));
      else matrix[at + column] = pivot > smallest ? value / pivot : 0;
    }
  }
}
