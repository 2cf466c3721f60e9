/** y [outer, count, rowBytes] = rows of x [outer, extent, rowBytes] by index; zeros for an index that x has not. */
export function gatherRows(
  x: usize, indices: usize, y: usize, outer: i32, extent: i32, count: i32, rowBytes: usize,
): void {
  const step = <usize>extent * rowBytes;
  const end = indices + (<usize>count << 2);
  for (let o = 0; o < outer; o++, x += step) {
    for (let at = indices; at < end; at += 4, y += rowBytes) {
      const index = load<i32>(at);
      if (<u32>index >= <u32>extent) memory.fill(y, 0, rowBytes);
      else if (rowBytes == 4) store<u32>(y, load<u32>(x + (<usize>index << 2)));
      else memory.copy(y, x + <usize>index * rowBytes, rowBytes);
    }
  }
}
