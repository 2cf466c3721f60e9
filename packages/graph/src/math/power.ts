import { exp } from './exp.ts';
import { log } from './log.ts';

/** x^y; whole exponents up to 64 by repeated multiplication, else through logarithm and exponential. */
export function power(x: number, y: number): number {
  if (y === 0) return 1;
  if (y === 0.5 && x >= 0) return Math.sqrt(x);
  if (Number.isInteger(y) && Math.abs(y) <= 64) return y < 0 ? 1 / wholePower(x, -y) : wholePower(x, y);
  if (x < 0) {
    if (!Number.isInteger(y)) return Number.NaN;
    const magnitude = exp(y * log(-x));
    return Math.abs(y) % 2 === 1 ? -magnitude : magnitude;
  }
  if (x === 0) return y > 0 ? 0 : Number.POSITIVE_INFINITY;
  return exp(y * log(x));
}

function wholePower(x: number, n: number): number {
  let result = 1;
  let base = x;
  for (let rest = n; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result *= base;
    base *= base;
  }
  return result;
}
