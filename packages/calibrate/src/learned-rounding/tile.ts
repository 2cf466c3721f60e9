/** Rows and columns that are multiplied together: sizes of matrices, and numbers of vectors, are multiples of it. */
export const TILE = 4;

/** `size` or the next multiple of `TILE`. */
export function padded(size: number): number {
  return Math.ceil(size / TILE) * TILE;
}

/**
 * Products of 4 rows of one matrix and 4 of another, over the columns from `from` to `to`: each number that is read is used four times,
 * which is what a product of matrices gains over one of a matrix and a vector. Sums run in the order of the columns.
 *
 * @param a first of the rows at `aAt`; both matrices have rows of `stride` numbers
 * @param sums [4, 4] takes Σ a[row, j] · b[column, j]
 */
export function multiplyTile(
  a: Float64Array,
  aAt: number,
  b: Float64Array,
  bAt: number,
  stride: number,
  from: number,
  to: number,
  sums: Float64Array,
): void {
  let [s00, s01, s02, s03] = [0, 0, 0, 0];
  let [s10, s11, s12, s13] = [0, 0, 0, 0];
  let [s20, s21, s22, s23] = [0, 0, 0, 0];
  let [s30, s31, s32, s33] = [0, 0, 0, 0];
  const [a1, a2, a3] = [aAt + stride, aAt + 2 * stride, aAt + 3 * stride];
  const [b1, b2, b3] = [bAt + stride, bAt + 2 * stride, bAt + 3 * stride];
  for (let j = from; j < to; j++) {
    const x0 = a[aAt + j]!;
    const x1 = a[a1 + j]!;
    const x2 = a[a2 + j]!;
    const x3 = a[a3 + j]!;
    let y = b[bAt + j]!;
    s00 += x0 * y;
    s10 += x1 * y;
    s20 += x2 * y;
    s30 += x3 * y;
    y = b[b1 + j]!;
    s01 += x0 * y;
    s11 += x1 * y;
    s21 += x2 * y;
    s31 += x3 * y;
    y = b[b2 + j]!;
    s02 += x0 * y;
    s12 += x1 * y;
    s22 += x2 * y;
    s32 += x3 * y;
    y = b[b3 + j]!;
    s03 += x0 * y;
    s13 += x1 * y;
    s23 += x2 * y;
    s33 += x3 * y;
  }
  storeRow(sums, 0, s00, s01, s02, s03);
  storeRow(sums, 4, s10, s11, s12, s13);
  storeRow(sums, 8, s20, s21, s22, s23);
  storeRow(sums, 12, s30, s31, s32, s33);
}

function storeRow(sums: Float64Array, at: number, a: number, b: number, c: number, d: number): void {
  sums[at] = a;
  sums[at + 1] = b;
  sums[at + 2] = c;
  sums[at + 3] = d;
}
