import { clamp, storeLanes } from './lanes';

/**
 * Rounds `count` floats in place to an int8 grid, all in float32:
 * q = clamp(round(x * inverse + zero), lo, hi); x = (q - zero) * scale. Halves are rounded away from zero, as
 * roundf does in MNN 3.6.1 (compute/Int8FunctionsOpt.cpp). NaN stays NaN; infinities go to the ends of the grid.
 */
export function fakeQuantize(
  x: usize, count: i32, scale: f32, inverse: f32, zeroPoint: f32, lo: f32, hi: f32,
): void {
  const step = f32x4.splat(scale);
  const factor = f32x4.splat(inverse);
  const zero = f32x4.splat(zeroPoint);
  // 0 - 0 is +0, and -0 + 0 is +0: no zero has a sign.
  const back = f32x4.sub(f32x4.splat(0), zero);
  const low = f32x4.splat(lo);
  const high = f32x4.splat(hi);
  let left = count;
  for (; left >= 8; left -= 8, x += 32) {
    const a = f32x4.add(f32x4.mul(v128.load(x), factor), zero), b = f32x4.add(f32x4.mul(v128.load(x, 16), factor), zero);
    v128.store(x, f32x4.mul(f32x4.add(clamp(roundHalfAway(a), low, high), back), step));
    v128.store(x, f32x4.mul(f32x4.add(clamp(roundHalfAway(b), low, high), back), step), 16);
  }
  for (; left > 0; left -= 4, x += 16) {
    const a = f32x4.add(f32x4.mul(v128.load(x), factor), zero);
    storeLanes(x, f32x4.mul(f32x4.add(clamp(roundHalfAway(a), low, high), back), step), left);
  }
}

/**
 * The largest float below 1/2, added away from zero before truncation: what is less than half a step from the next whole
 * number does not reach it, and a half does, by the rounding of the sum.
 */
// @ts-ignore: decorator
@inline
function roundHalfAway(x: v128): v128 {
  const half = v128.or(v128.and(x, i32x4.splat(0x80000000)), f32x4.splat(0.49999997));
  return f32x4.trunc(f32x4.add(x, half));
}
