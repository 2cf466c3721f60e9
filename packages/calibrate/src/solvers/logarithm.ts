/**
 * Natural logarithm of positive, normal float32 numbers, in double precision, from additions,
 * multiplications and divisions alone: `Math.log` may differ in its last bit between JavaScript
 * engines, and a threshold that hangs on it would too.
 *
 * The argument must be positive, finite and at least 2^-126.
 *
 * x = 2^k * m with m in [sqrt(1/2), sqrt(2)); with s = (m - 1) / (m + 1),
 * ln m = 2 (s + s^3/3 + s^5/5 + ...), |s| <= 0.1716, cut where the terms fall below 1e-17.
 */
export type FloatLogarithm = (x: number) => number;

const LN2_HIGH = 0.6931471803691238; // ln 2 cut so that k * LN2_HIGH is exact
const LN2_LOW = 1.9082149292705877e-10;
const SQRT2_MANTISSA = 0x3504f3; // mantissa bits of sqrt(2) as float32

/** Makes a logarithm with scratch memory of its own. */
export function createFloatLogarithm(): FloatLogarithm {
  const asFloat = new Float32Array(1);
  const asBits = new Int32Array(asFloat.buffer);
  return (x) => {
    asFloat[0] = x;
    const bits = asBits[0] as number;
    const mantissa = bits & 0x7fffff;
    const shift = mantissa >= SQRT2_MANTISSA ? 1 : 0;
    const k = ((bits >> 23) & 0xff) - 127 + shift;
    asBits[0] = mantissa | ((127 - shift) << 23);
    const m = asFloat[0] as number;
    const s = (m - 1) / (m + 1);
    return k * LN2_HIGH + (2 * s * oddSeries(s * s) + k * LN2_LOW);
  };
}

/** 1 + z/3 + z^2/5 + ... + z^10/21. */
function oddSeries(z: number): number {
  let sum = 1 / 21;
  sum = sum * z + 1 / 19;
  sum = sum * z + 1 / 17;
  sum = sum * z + 1 / 15;
  sum = sum * z + 1 / 13;
  sum = sum * z + 1 / 11;
  sum = sum * z + 1 / 9;
  sum = sum * z + 1 / 7;
  sum = sum * z + 1 / 5;
  sum = sum * z + 1 / 3;
  return sum * z + 1;
}
