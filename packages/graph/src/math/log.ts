import { binaryExponent, scaleByPowerOfTwo } from './power-of-two.ts';

/** ln 2 in two parts; k times the first is exact for every exponent k. */
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;

/**
 * Natural logarithm in double precision, the same bits in every JavaScript engine.
 *
 * x = 2^k m with m in [1/√2, √2]; ln m = 2 artanh(s), s = (m-1)/(m+1), as a series in s².
 */
export function log(x: number): number {
  if (!(x >= 0)) return Number.NaN;
  if (x === 0) return Number.NEGATIVE_INFINITY;
  if (x === Number.POSITIVE_INFINITY) return x;
  let exponent = binaryExponent(x);
  let mantissa = scaleByPowerOfTwo(x, -exponent);
  if (mantissa > Math.SQRT2) {
    mantissa /= 2;
    exponent++;
  }
  return exponent * LN2_HIGH + (logOnePlus(mantissa - 1) + exponent * LN2_LOW);
}

/** ln(1 + x) without cancellation near zero. */
export function log1p(x: number): number {
  if (x > -0.29 && x < 0.41) return logOnePlus(x);
  return log(1 + x);
}

/** ln(1 + f) for f in about [-0.3, 0.42]. */
function logOnePlus(f: number): number {
  const s = f / (2 + f);
  const square = s * s;
  let sum = 0;
  // |s| <= 0.172: term 23 is below 2^-60 of the first.
  for (let n = 23; n >= 3; n -= 2) sum = (sum + 1 / n) * square;
  return 2 * s * (1 + sum);
}
