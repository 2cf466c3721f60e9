import { multiplyTile, TILE } from './tile.ts';

/**
 * R v for each of some vectors.
 *
 * @param factor [size, size] of `choleskyInPlace`
 * @param vectors [count, size], `count` a multiple of `TILE`
 * @param result [count, size]
 */
export function multiplyUpper(
  factor: Float64Array,
  size: number,
  vectors: Float64Array,
  result: Float64Array,
): void {
  const sums = new Float64Array(TILE * TILE);
  for (let i = 0; i < size; i += TILE)
    for (let at = 0; at < vectors.length; at += TILE * size) {
      multiplyTile(factor, i * size, vectors, at, size, i + TILE, size, sums);
      for (let row = 0; row < TILE; row++)
        addRest(factor, size, i + row, i + row, i + TILE, vectors, at, sums, row, result);
    }
}

/** Rᵀ v for each of some vectors; as `multiplyUpper`. */
export function multiplyLower(
  factor: Float64Array,
  size: number,
  vectors: Float64Array,
  result: Float64Array,
): void {
  const sums = new Float64Array(TILE * TILE);
  for (let i = 0; i < size; i += TILE)
    for (let at = 0; at < vectors.length; at += TILE * size) {
      multiplyTile(factor, i * size, vectors, at, size, 0, i, sums);
      for (let row = 0; row < TILE; row++)
        addRest(factor, size, i + row, i, i + row + 1, vectors, at, sums, row, result);
    }
}

/** Row i of the result for 4 vectors: what `sums` has, and the columns from `from` to `to`. */
function addRest(
  factor: Float64Array,
  size: number,
  i: number,
  from: number,
  to: number,
  vectors: Float64Array,
  at: number,
  sums: Float64Array,
  row: number,
  result: Float64Array,
): void {
  for (let lane = 0; lane < TILE; lane++) {
    const vector = at + lane * size;
    let sum = sums[row * TILE + lane]!;
    for (let j = from; j < to; j++) sum += factor[i * size + j]! * vectors[vector + j]!;
    result[vector + i] = sum;
  }
}
