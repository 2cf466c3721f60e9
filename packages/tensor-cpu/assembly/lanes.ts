// Small inlined helpers shared by the kernels.

/** Clamps to [lo, hi]. `pmax` and `pmin` with x first keep NaN, and infinities as bounds change nothing. */
// @ts-ignore: decorator
@inline
export function clamp(x: v128, lo: v128, hi: v128): v128 {
  return f32x4.pmin(f32x4.pmax(x, lo), hi);
}

/**
 * Multiply and add with two roundings: FMA would change the last bit from machine to machine. The fast build (`FUSED`, set
 * by scripts/build-wasm.mjs) leaves it to the machine whether there is one rounding or two.
 */
// @ts-ignore: decorator
@inline
export function mulAdd(sum: v128, a: v128, b: v128): v128 {
  // @ts-ignore: a constant of the build
  if (FUSED) return f32x4.relaxed_madd(a, b, sum);
  return f32x4.add(sum, f32x4.mul(a, b));
}

/** Lanes 0, 2, 4, 6 of a and b put together. */
// @ts-ignore: decorator
@inline
export function evens(a: v128, b: v128): v128 {
  return v128.shuffle<f32>(a, b, 0, 2, 4, 6);
}

/** Lanes 1, 3, 5, 7 of a and b put together. */
// @ts-ignore: decorator
@inline
export function odds(a: v128, b: v128): v128 {
  return v128.shuffle<f32>(a, b, 1, 3, 5, 7);
}

/** Stores the first `count` lanes (1 to 4). */
// @ts-ignore: decorator
@inline
export function storeLanes(address: usize, x: v128, count: i32): void {
  if (count >= 4) {
    v128.store(address, x);
    return;
  }
  store<f32>(address, f32x4.extract_lane(x, 0));
  if (count > 1) store<f32>(address, f32x4.extract_lane(x, 1), 4);
  if (count > 2) store<f32>(address, f32x4.extract_lane(x, 2), 8);
}

/** Four floats `stride` bytes apart; only `count` of them are needed. */
// @ts-ignore: decorator
@inline
export function loadStrided(address: usize, stride: usize, count: i32): v128 {
  if (stride == 4) return v128.load(address);
  if (stride == 8) return evens(v128.load(address), v128.load(address, 16));
  let v = v128.load32_zero(address);
  // Far lanes that no output needs may lie outside of the memory.
  if (count > 1) v = v128.load_lane<f32>(address + stride, v, 1);
  if (count > 2) v = v128.load_lane<f32>(address + stride * 2, v, 2);
  if (count > 3) v = v128.load_lane<f32>(address + stride * 3, v, 3);
  return v;
}
