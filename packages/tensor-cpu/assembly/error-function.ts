import { exp2lanes, splat2 } from './exp';

// The error function of packages/graph/src/math: the same operations in the same order, one double at a time where the
// number of terms differs from lane to lane.

const TWO_OVER_SQRT_PI: f64 = 1.1283791670955126;

/** Error function. */
export function erf2(x: v128): v128 {
  const first = erf1(f64x2.extract_lane(x, 0));
  return f64x2.replace_lane(splat2(first), 1, erf1(f64x2.extract_lane(x, 1)));
}

function erf1(x: f64): f64 {
  if (x != x) return x;
  const magnitude = abs(x);
  const sign: f64 = x > 0 ? 1 : x < 0 ? -1 : x;
  if (magnitude > 6) return sign;
  if (magnitude > 2.5) return sign * (1 - tail(magnitude));
  let term = x, sum = x;
  for (let n = 1; abs(term) > 1e-18 * abs(sum); n++) {
    term *= (2 * x * x) / <f64>(2 * n + 1);
    sum += term;
  }
  return TWO_OVER_SQRT_PI * exp1(-x * x) * sum;
}

/** Of the complement, for arguments above 2.5: a continued fraction. */
function tail(x: f64): f64 {
  let fraction = x;
  for (let n = 60; n >= 1; n--) fraction = x + <f64>n / 2 / fraction;
  return ((TWO_OVER_SQRT_PI / 2) * exp1(-x * x)) / fraction;
}

function exp1(x: f64): f64 {
  return f64x2.extract_lane(exp2lanes(splat2(x)), 0);
}
