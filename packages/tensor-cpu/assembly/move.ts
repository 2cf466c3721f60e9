/**
 * Copies a box of elements of 4 bytes between two places. `box` holds four i32 extents, four source strides and
 * four target strides, in elements; strides may be negative, a source stride 0.
 */
export function moveBox(x: usize, y: usize, box: usize): void {
  const e0 = load<i32>(box), e1 = load<i32>(box, 4), e2 = load<i32>(box, 8), e3 = load<i32>(box, 12);
  const s0 = load<i32>(box, 16) << 2, s1 = load<i32>(box, 20) << 2, s2 = load<i32>(box, 24) << 2;
  const s3 = load<i32>(box, 28) << 2;
  const t0 = load<i32>(box, 32) << 2, t1 = load<i32>(box, 36) << 2, t2 = load<i32>(box, 40) << 2;
  const t3 = load<i32>(box, 44) << 2;
  const rows = s3 == 4 && t3 == 4;
  for (let i0 = 0; i0 < e0; i0++, x += s0, y += t0) {
    let x1 = x, y1 = y;
    for (let i1 = 0; i1 < e1; i1++, x1 += s1, y1 += t1) {
      let x2 = x1, y2 = y1;
      for (let i2 = 0; i2 < e2; i2++, x2 += s2, y2 += t2) {
        if (rows) {
          memory.copy(y2, x2, <usize>e3 << 2);
          continue;
        }
        let x3 = x2, y3 = y2;
        for (let i3 = 0; i3 < e3; i3++, x3 += s3, y3 += t3) store<u32>(y3, load<u32>(x3));
      }
    }
  }
}
