import { scaleByPowerOfTwo } from './power-of-two.ts';

/** ln 2 in two parts; the first ends in 21 zero bits, so that k times it is exact for every exponent k. */
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;

/**
 * e^x in double precision, the same bits in every JavaScript engine.
 *
 * Range reduction x = k ln2 + r with ln2 in two parts, then the Taylor series of e^r.
 */
export function exp(x: number): number {
  if (Number.isNaN(x)) return x;
  if (x > 709.782712893384) return Number.POSITIVE_INFINITY;
  if (x < -745.1332191019412) return 0;
  const k = Math.round(x * Math.LOG2E);
  const r = x - k * LN2_HIGH - k * LN2_LOW;
  return scaleByPowerOfTwo(1 + smallExpm1(r), k);
}

/** e^x - 1 without cancellation near zero. */
export function expm1(x: number): number {
  return Math.abs(x) > 0.35 ? exp(x) - 1 : smallExpm1(x);
}

/** e^r - 1 for |r| <= 0.35: the Taylor series, whose rest after 1/14! is below 2^-56. */
function smallExpm1(r: number): number {
  let sum = 1 / 87178291200;
  sum = sum * r + 1 / 6227020800;
  sum = sum * r + 1 / 479001600;
  sum = sum * r + 1 / 39916800;
  sum = sum * r + 1 / 3628800;
  sum = sum * r + 1 / 362880;
  sum = sum * r + 1 / 40320;
  sum = sum * r + 1 / 5040;
  sum = sum * r + 1 / 720;
  sum = sum * r + 1 / 120;
  sum = sum * r + 1 / 24;
  sum = sum * r + 1 / 6;
  sum = sum * r + 1 / 2;
  // The largest term last and unrounded.
  return r + r * r * sum;
}
