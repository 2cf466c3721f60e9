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
  const low = f32x4.splat(lo);
  const high = f32x4.splat(hi);
  for (let left = count; left > 0; left -= 4, x += 16) {
    const q = clamp(roundHalfAway(f32x4.add(f32x4.mul(v128.load(x), factor), zero)), low, high);
    storeLanes(x, f32x4.mul(f32x4.sub(q, zero), step), left);
  }
}

// @ts-ignore: decorator
@inline
function roundHalfAway(x: v128): v128 {
  const whole = f32x4.trunc(x);
  // x - trunc(x) is exact; an infinity gives NaN here, which compares as false.
  const up = f32x4.ge(f32x4.abs(f32x4.sub(x, whole)), f32x4.splat(0.5));
  const one = v128.or(v128.and(x, i32x4.splat(0x80000000)), f32x4.splat(1));
  return f32x4.add(whole, v128.and(up, one));
}
