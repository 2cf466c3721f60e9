/** How many of `count` floats are <= low or >= high. NaN is passed over. */
export function countOutside(x: usize, count: i32, low: f32, high: f32): i32 {
  const lower = f32x4.splat(low), upper = f32x4.splat(high);
  let counts = i32x4.splat(0);
  let n = count;
  for (; n >= 4; n -= 4, x += 16) {
    const v = v128.load(x);
    counts = i32x4.sub(counts, v128.or(f32x4.le(v, lower), f32x4.ge(v, upper)));
  }
  let sum = i32x4.extract_lane(counts, 0) + i32x4.extract_lane(counts, 1)
    + i32x4.extract_lane(counts, 2) + i32x4.extract_lane(counts, 3);
  for (; n > 0; n--, x += 4) {
    const v = load<f32>(x);
    if (v <= low || v >= high) sum++;
  }
  return sum;
}
