import { splat2 } from './exp';

// The logarithm of packages/graph/src/math, two doubles at a time with the same operations in the same order.

/** ln(1 + f) for f in about [-0.3, 0.42]: 2 artanh(f / (2 + f)) as a series. */
// @ts-ignore: decorator
@inline
function logOnePlus(f: v128): v128 {
  const s = f64x2.div(f, f64x2.add(splat2(2), f));
  const square = f64x2.mul(s, s);
  let sum = f64x2.mul(splat2(1.0 / 23.0), square);
  sum = f64x2.mul(f64x2.add(sum, splat2(1.0 / 21.0)), square);
  sum = f64x2.mul(f64x2.add(sum, splat2(1.0 / 19.0)), square);
  sum = f64x2.mul(f64x2.add(sum, splat2(1.0 / 17.0)), square);
  sum = f64x2.mul(f64x2.add(sum, splat2(1.0 / 15.0)), square);
  sum = f64x2.mul(f64x2.add(sum, splat2(1.0 / 13.0)), square);
  sum = f64x2.mul(f64x2.add(sum, splat2(1.0 / 11.0)), square);
  sum = f64x2.mul(f64x2.add(sum, splat2(1.0 / 9.0)), square);
  sum = f64x2.mul(f64x2.add(sum, splat2(1.0 / 7.0)), square);
  sum = f64x2.mul(f64x2.add(sum, splat2(1.0 / 5.0)), square);
  sum = f64x2.mul(f64x2.add(sum, splat2(1.0 / 3.0)), square);
  return f64x2.mul(f64x2.mul(splat2(2), s), f64x2.add(splat2(1), sum));
}

/** Natural logarithm of doubles that were floats: none is too small for a full mantissa. */
// @ts-ignore: decorator
@inline
export function log2lanes(x: v128): v128 {
  const bits = i64x2.shr_u(x, 52);
  let exponent = f64x2.convert_low_i32x4_s(
    i32x4.sub(v128.shuffle<i32>(bits, bits, 0, 2, 0, 2), i32x4.splat(1023)),
  );
  let mantissa = v128.or(v128.and(x, i64x2.splat(0x000fffffffffffff)), i64x2.splat(0x3ff0000000000000));
  const large = f64x2.gt(mantissa, splat2(1.4142135623730951));
  mantissa = v128.bitselect(f64x2.mul(mantissa, splat2(0.5)), mantissa, large);
  exponent = f64x2.add(exponent, v128.and(large, splat2(1)));
  const high = f64x2.mul(exponent, splat2(0.6931471803691238));
  const low = f64x2.mul(exponent, splat2(1.9082149292705877e-10));
  let result = f64x2.add(high, f64x2.add(logOnePlus(f64x2.sub(mantissa, splat2(1))), low));
  result = v128.bitselect(x, result, f64x2.eq(x, splat2(Infinity)));
  result = v128.bitselect(splat2(-Infinity), result, f64x2.eq(x, splat2(0)));
  return v128.bitselect(result, splat2(NaN), f64x2.ge(x, splat2(0)));
}
