/**
 * Resizes planes by weighted taps per row and column, in double precision and rounded once.
 *
 * `rows` and `columns` hold, per output row and column, `rowTaps` and `columnTaps` records of 16 bytes: the byte
 * offset of the source row (i32, 4 bytes unused) and the weight (f64).
 */
export function resample(
  x: usize, y: usize, planes: i32, planeBytes: usize,
  rows: usize, height: i32, rowTaps: i32, columns: usize, width: i32, columnTaps: i32,
): void {
  const rowEnd = rows + <usize>(height * rowTaps) * 16;
  const columnEnd = columns + <usize>(width * columnTaps) * 16;
  const rowStep = <usize>rowTaps * 16, columnStep = <usize>columnTaps * 16;
  for (let plane = 0; plane < planes; plane++, x += planeBytes) {
    for (let row = rows; row < rowEnd; row += rowStep) {
      for (let column = columns; column < columnEnd; column += columnStep, y += 4) {
        let sum: f64 = 0;
        for (let r = row; r < row + rowStep; r += 16) {
          const source = x + load<u32>(r);
          let line: f64 = 0;
          for (let c = column; c < column + columnStep; c += 16) {
            line += <f64>load<f32>(source + load<u32>(c)) * load<f64>(c, 8);
          }
          sum += line * load<f64>(r, 8);
        }
        store<f32>(y, <f32>sum);
      }
    }
  }
}
