/**
 * Packs a matrix x [rows][columns], whose elements lie `rowStep` and `columnStep` bytes apart, into tiles of
 * `width` rows: [ceil(rows / width)][columns][width], missing rows zero. Width 4 makes the left operand of
 * `gemm`; width 8 makes panels of the right one, when rows are its columns.
 */
export function packTiles(
  x: usize, tiles: usize, rows: i32, columns: i32, rowStep: usize, columnStep: usize, width: i32,
): void {
  const tileBytes = <usize>(columns * width) << 2;
  const step = <usize>width << 2;
  for (let first = 0; first < rows; first += width) {
    for (let lane = 0; lane < width; lane++) {
      let target = tiles + (<usize>lane << 2);
      const end = target + tileBytes;
      if (first + lane >= rows) {
        for (; target < end; target += step) store<f32>(target, 0);
        continue;
      }
      let source = x + <usize>(first + lane) * rowStep;
      for (; target < end; target += step, source += columnStep) store<f32>(target, load<f32>(source));
    }
    tiles += tileBytes;
  }
}

/**
 * Packs `count` columns of a matrix x, whose `rows` rows begin `rowBytes` apart, into panels of 8 columns:
 * [ceil(count / 8)][rows][8]. Reads whole vectors: what is behind the last column is not defined.
 */
export function packColumns(x: usize, panels: usize, rows: i32, rowBytes: usize, count: i32): void {
  const panelBytes = <usize>rows << 5;
  for (; rows > 0; rows--, x += rowBytes, panels += 32) {
    let source = x, target = panels;
    for (let left = count; left > 0; left -= 8, source += 32, target += panelBytes) {
      v128.store(target, v128.load(source));
      v128.store(target, v128.load(source, 16), 16);
    }
  }
}
