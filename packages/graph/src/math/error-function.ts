import { exp } from './exp.ts';
import { log } from './log.ts';

const TWO_OVER_SQRT_PI = 1.1283791670955126;

/** Error function: the Maclaurin series for small arguments, the continued fraction of erfc beyond. */
export function erf(x: number): number {
  if (Number.isNaN(x)) return x;
  const magnitude = Math.abs(x);
  if (magnitude > 6) return Math.sign(x);
  if (magnitude > 2.5) return Math.sign(x) * (1 - erfcTail(magnitude));
  // erf x = 2/√π e^(-x²) Σ 2^n x^(2n+1) / (1·3·…·(2n+1)): only positive terms, no cancellation.
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return TWO_OVER_SQRT_PI * exp(-x * x) * sum;
}

/** Complementary error function without cancellation for large arguments. */
export function erfc(x: number): number {
  return x > 2.5 ? erfcTail(x) : 1 - erf(x);
}

/** Inverse error function: a first guess (Winitzki 2008) refined by Newton's method. */
export function erfinv(y: number): number {
  if (!(Math.abs(y) < 1)) return Math.abs(y) === 1 ? y * Number.POSITIVE_INFINITY : Number.NaN;
  const a = 0.147;
  const l = log(1 - y * y);
  const b = 2 / (Math.PI * a) + l / 2;
  let x = Math.sign(y) * Math.sqrt(Math.sqrt(b * b - l / a) - b);
  for (let i = 0; i < 4; i++) x -= (erf(x) - y) / (TWO_OVER_SQRT_PI * exp(-x * x));
  return x;
}

function erfcTail(x: number): number {
  // erfc x = e^(-x²)/√π · 1/(x + (1/2)/(x + 1/(x + (3/2)/(x + …)))), from the inside out.
  let fraction = x;
  for (let n = 60; n >= 1; n--) fraction = x + n / 2 / fraction;
  return ((TWO_OVER_SQRT_PI / 2) * exp(-x * x)) / fraction;
}
