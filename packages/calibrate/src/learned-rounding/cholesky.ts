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

/**
 * Solves Rᵀ R x = b in place of b.
 *
 * @param factor [size, size], of which the upper triangle is R
 */
export function solveInPlace(factor: Float64Array, size: number, vector: Float64Array): void {
  for (let i = 0; i < size; i++) {
    const value = vector[i]! / factor[i * size + i]!;
    vector[i] = value;
    if (value === 0) continue;
    for (let j = i + 1; j < size; j++) vector[j] = vector[j]! - value * factor[i * size + j]!;
  }
  for (let i = size - 1; i >= 0; i--) {
    let sum = vector[i]!;
    for (let j = i + 1; j < size; j++) sum -= factor[i * size + j]! * vector[j]!;
    vector[i] = sum / factor[i * size + i]!;
  }
}
