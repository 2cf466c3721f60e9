/**
 * y [e0,e1,e2,e3] = elements of 4 bytes taken from x with a stride per axis of y. `axes` holds four i32 extents,
 * then four i32 strides in elements.
 */
export function permute(x: usize, y: usize, axes: usize): void {
  const e0 = load<i32>(axes), e1 = load<i32>(axes, 4), e2 = load<i32>(axes, 8), e3 = load<i32>(axes, 12);
  const s0 = <usize>load<i32>(axes, 16) << 2, s1 = <usize>load<i32>(axes, 20) << 2;
  const s2 = <usize>load<i32>(axes, 24) << 2, s3 = <usize>load<i32>(axes, 28) << 2;
  for (let i0 = 0; i0 < e0; i0++, x += s0) {
    let x1 = x;
    for (let i1 = 0; i1 < e1; i1++, x1 += s1) {
      let x2 = x1;
      for (let i2 = 0; i2 < e2; i2++, x2 += s2) {
        let x3 = x2;
        for (let i3 = 0; i3 < e3; i3++, x3 += s3, y += 4) store<u32>(y, load<u32>(x3));
      }
    }
  }
}
