/**
 * Upper triangle R of a symmetric matrix A = Rᵀ R, in place of A; what is below the diagonal is left as it was.
 *
 * A pivot that is not above `least` (a column that follows from others up to rounding) counts as `least`: what lies in its direction hardly
 * matters, and the factor stays finite.
 *
 * @param matrix [size, size] row-major, symmetric, positive semidefinite
 * @param least above 0
 */
export function choleskyInPlace(matrix: Float64Array, size: number, least: number): void {
  for (let k = 0; k < size; k++) {
    const row = matrix.subarray(k * size, (k + 1) * size);
    const pivot = row[k]!;
    const root = Math.sqrt(Math.max(pivot, least));
    row[k] = root;
    for (let j = k + 1; j < size; j++) row[j] = row[j]! / root;
    for (let i = k + 1; i < size; i++) subtractMultiple(matrix, i * size, row, row[i]!, i, size);
  }
}

function subtractMultiple(
  matrix: Float64Array,
  at: number,
  row: Float64Array,
  factor: number,
  from: number,
  to: number,
): void {
  if (factor === 0) return;
  for (let j = from; j < to; j++) matrix[at + j] = matrix[at + j]! - factor * row[j]!;
}
