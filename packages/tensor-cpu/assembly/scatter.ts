/**
 * Rows of `rowBytes` put into y [size bytes], in order: row r goes to the sum of its `width` coordinates times `strides`
 * (in bytes). Rows that would start outside of y are passed over.
 */
export function scatterRows(
  coordinates: usize, width: i32, strides: usize, updates: usize, rows: i32, rowBytes: usize, y: usize, size: i32,
): void {
  for (let r = 0; r < rows; r++, updates += rowBytes) {
    let place = 0;
    for (let k = 0; k < width; k++, coordinates += 4) place += load<i32>(coordinates) * load<i32>(strides + (k << 2));
    if (place < 0 || place >= size) continue;
    if (rowBytes == 4) store<u32>(y + place, load<u32>(updates));
    else memory.copy(y + place, updates, min(rowBytes, <usize>(size - place)));
  }
}
