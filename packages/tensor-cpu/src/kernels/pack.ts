/** Rows of the left matrix that the kernels take together. */
export const TILE_ROWS = 4;

/** Floats of a packed matrix of `rows` x `columns`. */
export function packedLength(rows: number, columns: number): number {
  return Math.ceil(rows / TILE_ROWS) * TILE_ROWS * columns;
}

/** a [rows][columns] → [ceil(rows / 4)][columns][4], missing rows zero. */
export function packRows(a: ArrayLike<number>, first: number, rows: number, columns: number): Float32Array {
  const packed = new Float32Array(packedLength(rows, columns));
  for (let row = 0; row < rows; row++) {
    const source = first + row * columns;
    let target = (row - (row % TILE_ROWS)) * columns + (row % TILE_ROWS);
    for (let column = 0; column < columns; column++, target += TILE_ROWS) packed[target] = a[source + column];
  }
  return packed;
}

/** bias [groups * rows] → [groups][rows rounded up to 4], missing values zero. */
export function packBias(bias: ArrayLike<number> | undefined, groups: number, rows: number): Float32Array {
  const padded = Math.ceil(rows / TILE_ROWS) * TILE_ROWS;
  const packed = new Float32Array(groups * padded);
  if (bias === undefined) return packed;
  for (let group = 0; group < groups; group++) {
    for (let row = 0; row < rows; row++) packed[group * padded + row] = bias[group * rows + row];
  }
  return packed;
}
