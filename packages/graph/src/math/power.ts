import { exp } from './exp.ts';
import { log } from './log.ts';

/**
 * x^y with C's special cases; whole exponents up to 64 by repeated multiplication, else through
 * logarithm and exponential (relative error about |y ln x| * 2^-53).
 */
export function power(x: number, y: number): number {
  if (y === 0 || x === 1) return 1;
  if (!Number.isFinite(y)) return infinitePower(x, y);
  if (y === 0.5 && x >= 0) return Math.sqrt(x);
  if (Number.isInteger(y) && Math.abs(y) <= 64) return y < 0 ? 1 / wholePower(x, -y) : wholePower(x, y);
  const odd = Math.abs(y) % 2 === 1;
  if (x === 0) {
    const magnitude = y > 0 ? 0 : Number.POSITIVE_INFINITY;
    return odd && Object.is(x, -0) ? -magnitude : magnitude;
  }
  if (x > 0) return exp(y * log(x));
  if (!Number.isInteger(y)) return x === Number.NEGATIVE_INFINITY ? exp(y * log(-x)) : Number.NaN;
  const magnitude = exp(y * log(-x));
  return odd ? -magnitude : magnitude;
}

function infinitePower(x: number, y: number): number {
  if (Number.isNaN(x) || Number.isNaN(y)) return Number.NaN;
  const magnitude = Math.abs(x);
  if (magnitude === 1) return 1;
  return magnitude > 1 === y > 0 ? Number.POSITIVE_INFINITY : 0;
}

function wholePower(x: number, n: number): number {
  let result = 1;
  let base = x;
  for (let rest = n; rest > 0; rest >>= 1) {
    if (rest & 1) result *= base;
    base *= base;
  }
  return result;
}
