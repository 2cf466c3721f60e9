const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;

/** Taylor coefficients 1/k! for k = 13 … 0: below 2^-56 relative on |r| <= ln(2)/2. */
const FACTORIALS = [
  1 / 6227020800,
  1 / 479001600,
  1 / 39916800,
  1 / 3628800,
  1 / 362880,
  1 / 40320,
  1 / 5040,
  1 / 720,
  1 / 120,
  1 / 24,
  1 / 6,
  1 / 2,
  1,
  1,
];

/**
 * e^x in double precision, the same bits in every JavaScript engine.
 *
 * Range reduction x = k ln2 + r with ln2 in two parts, then the Taylor series of e^r.
 */
export function exp(x: number): number {
  if (Number.isNaN(x)) return x;
  if (x > 709.782712893384) return Number.POSITIVE_INFINITY;
  if (x < -745.1332191019412) return 0;
  const k = Math.round(x / Math.LN2);
  const r = x - k * LN2_HIGH - k * LN2_LOW;
  let sum = 0;
  for (const coefficient of FACTORIALS) sum = sum * r + coefficient;
  return scaleByPowerOfTwo(sum, k);
}

/** e^x - 1 without cancellation near zero. */
export function expm1(x: number): number {
  if (Math.abs(x) > 0.35) return exp(x) - 1;
  // x + x²/2! + … : the same coefficients without the constant term.
  let sum = 0;
  for (const coefficient of FACTORIALS.slice(0, -1)) sum = sum * x + coefficient;
  return sum * x;
}

function scaleByPowerOfTwo(value: number, k: number): number {
  // Two factors, since 2^k alone leaves the range at both ends.
  const half = Math.trunc(k / 2);
  return value * 2 ** half * 2 ** (k - half);
}
