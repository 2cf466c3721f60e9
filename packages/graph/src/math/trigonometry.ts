/** π/2 in three parts, so that multiples can be taken away without losing digits. */
const HALF_PI = [1.5707963267341256, 6.077100506303966e-11, 2.0222662487959506e-21] as const;

/**
 * Sine, the same bits in every JavaScript engine. Accurate to double rounding for |x| < 2^20; beyond
 * that the reduction loses digits, as float32 arguments have long lost theirs.
 */
export function sin(x: number): number {
  const [quadrant, r] = reduce(x);
  const value = quadrant & 1 ? cosSeries(r) : sinSeries(r);
  return quadrant & 2 ? -value : value;
}

/** Cosine; see {@link sin}. */
export function cos(x: number): number {
  const [quadrant, r] = reduce(x);
  const value = quadrant & 1 ? sinSeries(r) : cosSeries(r);
  return (quadrant + 1) & 2 ? -value : value;
}

export function tan(x: number): number {
  return sin(x) / cos(x);
}

/** Inverse tangent by halving the angle twice, then the Taylor series. */
export function atan(x: number): number {
  if (Number.isNaN(x)) return x;
  const magnitude = Math.abs(x);
  if (magnitude > 1) return Math.sign(x) * (Math.PI / 2 - atan(1 / magnitude));
  const once = x / (1 + Math.sqrt(1 + x * x));
  const twice = once / (1 + Math.sqrt(1 + once * once));
  const square = twice * twice;
  let sum = 0;
  for (let n = 27; n >= 3; n -= 2) sum = square * (sum - ((n >> 1) & 1 ? 1 : -1) / n);
  return 4 * twice * (1 + sum);
}

export function asin(x: number): number {
  if (Math.abs(x) > 1) return Number.NaN;
  if (Math.abs(x) === 1) return (x * Math.PI) / 2;
  return atan(x / Math.sqrt((1 - x) * (1 + x)));
}

export function acos(x: number): number {
  return Math.PI / 2 - asin(x);
}

/** Angle of the point (x, y), in (-π, π]. */
export function atan2(y: number, x: number): number {
  if (Number.isNaN(x)) return x;
  // Infinities of both have no quotient; C takes them for equal.
  if (Math.abs(x) === Number.POSITIVE_INFINITY && Math.abs(y) === Number.POSITIVE_INFINITY)
    return atan2(Math.sign(y), Math.sign(x));
  if (x > 0) return atan(y / x);
  if (x < 0) return atan(y / x) + (y >= 0 ? Math.PI : -Math.PI);
  return y === 0 ? 0 : (Math.sign(y) * Math.PI) / 2;
}

function reduce(x: number): [number, number] {
  if (!Number.isFinite(x)) return [0, Number.NaN];
  const n = Math.round(x / (Math.PI / 2));
  const r = x - n * HALF_PI[0] - n * HALF_PI[1] - n * HALF_PI[2];
  return [((n % 4) + 4) % 4, r];
}

function sinSeries(r: number): number {
  const square = r * r;
  let sum = 0;
  for (let n = 17; n >= 3; n -= 2) sum = (sum + 1) * (-square / (n * (n - 1)));
  return r * (1 + sum);
}

function cosSeries(r: number): number {
  const square = r * r;
  let sum = 0;
  for (let n = 18; n >= 2; n -= 2) sum = (sum + 1) * (-square / (n * (n - 1)));
  return 1 + sum;
}
