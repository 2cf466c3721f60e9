import { storeLanes } from './lanes';

// Tensors that stand for int8: their floats are whole numbers. Every step rounds once, as MNN 3.6.1 does on x86.

/** y[i] = round(clamp(x[i] * inverse + zero, lo, hi)) for `count` floats; halves away from zero, NaN becomes hi. */
export function toInt8(x: usize, y: usize, count: i32, inverse: f32, zeroPoint: f32, lo: f32, hi: f32): void {
  const factor = f32x4.splat(inverse);
  const zero = f32x4.splat(zeroPoint);
  const low = f32x4.splat(lo);
  const high = f32x4.splat(hi);
  for (let left = count; left > 0; left -= 4, x += 16, y += 16) {
    const steps = f32x4.add(f32x4.mul(v128.load(x), factor), zero);
    storeLanes(y, roundWithin(steps, low, high), left);
  }
}

/** y[i] = (x[i] - zero) * scale for `count` floats. */
export function fromInt8(x: usize, y: usize, count: i32, scale: f32, zeroPoint: f32): void {
  const step = f32x4.splat(scale);
  const zero = f32x4.splat(zeroPoint);
  const none = f32x4.splat(0);
  for (let left = count; left > 0; left -= 4, x += 16, y += 16) {
    // No zero has a sign.
    const value = f32x4.add(f32x4.mul(f32x4.sub(v128.load(x), zero), step), none);
    storeLanes(y, value, left);
  }
}

/**
 * The sums of a convolution as int8: y[c][i] = round(clamp((float)(sum + offset[c]) * scale[c] * factor + bias[c], lo, hi)).
 * sums: `parts` of [channels, plane], `partBytes` apart, whose total is meant, each whole number below 2^24; added up in int32. y may be
 * the first part. offset: int32.
 */
export function requantize(
  sums: usize, parts: i32, partBytes: usize, y: usize, offset: usize, scale: usize, bias: usize, factor: f32,
  channels: i32, plane: i32, lo: f32, hi: f32,
): void {
  const low = f32x4.splat(lo);
  const high = f32x4.splat(hi);
  const common = f32x4.splat(factor);
  const bytes = <usize>plane << 2;
  for (let c: usize = 0; c < (<usize>channels << 2); c += 4) {
    const start = v128.load32_splat(offset + c);
    const own = v128.load32_splat(scale + c);
    const shift = v128.load32_splat(bias + c);
    let source = sums, target = y;
    for (let left = plane; left > 0; left -= 4, source += 16, target += 16) {
      let sum = start;
      let part = source;
      for (let p = 0; p < parts; p++, part += partBytes) {
        sum = i32x4.add(sum, i32x4.trunc_sat_f32x4_s(v128.load(part)));
      }
      const steps = f32x4.mul(f32x4.mul(f32x4.convert_i32x4_s(sum), own), common);
      storeLanes(target, roundWithin(f32x4.add(steps, shift), low, high), left);
    }
    sums += bytes;
    y += bytes;
  }
}

// @ts-ignore: decorator
@inline
function roundWithin(x: v128, low: v128, high: v128): v128 {
  // `pmin` and `pmax` give their first operand where the second is not smaller or larger: that settles NaN.
  const clamped = f32x4.pmax(f32x4.pmin(high, x), low);
  const negative = f32x4.lt(clamped, f32x4.splat(0));
  const half = v128.bitselect(f32x4.splat(-0.5), f32x4.splat(0.5), negative);
  return f32x4.add(f32x4.trunc(f32x4.add(clamped, half)), f32x4.splat(0));
}
