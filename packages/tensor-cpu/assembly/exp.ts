// The exponential functions of packages/graph/src/math, two doubles at a time with the same operations in the
// same order: the same bits.

// @ts-ignore: decorator
@inline
export function splat2(x: f64): v128 {
  return f64x2.splat(x);
}

/** e^r - 1 for |r| <= 0.35: the Taylor series. */
// @ts-ignore: decorator
@inline
function smallExpm1(r: v128): v128 {
  let sum = splat2(1.0 / 87178291200.0);
  sum = f64x2.add(f64x2.mul(sum, r), splat2(1.0 / 6227020800.0));
  sum = f64x2.add(f64x2.mul(sum, r), splat2(1.0 / 479001600.0));
  sum = f64x2.add(f64x2.mul(sum, r), splat2(1.0 / 39916800.0));
  sum = f64x2.add(f64x2.mul(sum, r), splat2(1.0 / 3628800.0));
  sum = f64x2.add(f64x2.mul(sum, r), splat2(1.0 / 362880.0));
  sum = f64x2.add(f64x2.mul(sum, r), splat2(1.0 / 40320.0));
  sum = f64x2.add(f64x2.mul(sum, r), splat2(1.0 / 5040.0));
  sum = f64x2.add(f64x2.mul(sum, r), splat2(1.0 / 720.0));
  sum = f64x2.add(f64x2.mul(sum, r), splat2(1.0 / 120.0));
  sum = f64x2.add(f64x2.mul(sum, r), splat2(1.0 / 24.0));
  sum = f64x2.add(f64x2.mul(sum, r), splat2(1.0 / 6.0));
  sum = f64x2.add(f64x2.mul(sum, r), splat2(0.5));
  return f64x2.add(r, f64x2.mul(f64x2.mul(r, r), sum));
}

/** Rounds as Math.round: halves go up. */
// @ts-ignore: decorator
@inline
function roundHalfUp(x: v128): v128 {
  const floor = f64x2.floor(x);
  const up = f64x2.ge(f64x2.sub(x, floor), splat2(0.5));
  return f64x2.add(floor, v128.and(up, splat2(1)));
}

/** x - k ln 2 with ln 2 in two parts. */
// @ts-ignore: decorator
@inline
function reduced(x: v128, k: v128): v128 {
  const high = f64x2.sub(x, f64x2.mul(k, splat2(0.6931471803691238)));
  return f64x2.sub(high, f64x2.mul(k, splat2(1.9082149292705877e-10)));
}

/** 2^k for whole numbers k in the lower two i32 lanes, -1022..1023. */
// @ts-ignore: decorator
@inline
function powerOfTwo(k: v128): v128 {
  return i64x2.shl(i64x2.add(i64x2.extend_low_i32x4_s(k), i64x2.splat(1023)), 52);
}

/** value * 2^k, by two factors: one alone leaves the range of doubles at both ends. */
// @ts-ignore: decorator
@inline
function scaled(value: v128, k: v128): v128 {
  const whole = i32x4.trunc_sat_f64x2_s_zero(k);
  const first = i32x4.max_s(i32x4.min_s(whole, i32x4.splat(1023)), i32x4.splat(-1022));
  return f64x2.mul(f64x2.mul(value, powerOfTwo(first)), powerOfTwo(i32x4.sub(whole, first)));
}

/** e^x; NaN stays NaN. */
// @ts-ignore: decorator
@inline
export function exp2lanes(x: v128): v128 {
  // Beyond these the result is 0 or infinite all the same, and k stays small. NaN fails both comparisons.
  const bounded = f64x2.pmin(f64x2.pmax(x, splat2(-745.2)), splat2(709.8));
  const k = roundHalfUp(f64x2.mul(bounded, splat2(1.4426950408889634)));
  return scaled(f64x2.add(splat2(1), smallExpm1(reduced(bounded, k))), k);
}

/** e^x - 1 for x >= 0, without cancellation near zero. */
// @ts-ignore: decorator
@inline
function expm1(x: v128): v128 {
  const large = f64x2.gt(x, splat2(0.35));
  const k = v128.and(large, roundHalfUp(f64x2.mul(x, splat2(1.4426950408889634))));
  const small = smallExpm1(reduced(x, k));
  return v128.bitselect(f64x2.sub(scaled(f64x2.add(splat2(1), small), k), splat2(1)), small, large);
}

/** e^x - 1, without cancellation near zero. */
// @ts-ignore: decorator
@inline
export function expm1of(x: v128): v128 {
  const large = f64x2.gt(f64x2.abs(x), splat2(0.35));
  const far = f64x2.sub(exp2lanes(x), splat2(1));
  return v128.bitselect(far, smallExpm1(x), v128.or(large, f64x2.ne(x, x)));
}

/** 1 / (1 + e^-x). */
// @ts-ignore: decorator
@inline
export function sigmoid2(x: v128): v128 {
  return f64x2.div(splat2(1), f64x2.add(splat2(1), exp2lanes(f64x2.neg(x))));
}

/** Hyperbolic tangent. */
// @ts-ignore: decorator
@inline
export function tanh2(x: v128): v128 {
  // Beyond 20 the quotient rounds to 1; the bound keeps e^2x finite.
  const magnitude = f64x2.pmin(f64x2.abs(x), splat2(20.5));
  const e = expm1(f64x2.mul(splat2(2), magnitude));
  const result = f64x2.div(e, f64x2.add(e, splat2(2)));
  return v128.or(result, v128.and(x, i64x2.splat(0x8000000000000000)));
}
