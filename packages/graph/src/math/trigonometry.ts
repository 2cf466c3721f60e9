/** π/2 in three parts, so that multiples can be taken away without losing digits. */
const HALF_PI = [1.5707963267341256, 6.077100506303966e-11, 2.0222662487959506e-21] as const;

/** From here on multiples of π/2 are taken away in whole numbers, which lose no digits. */
const LARGE = 2 ** 20;
/** Bits of π/2 behind the point: a double is below 2^1024, and of what is left 64 bits and more must be right. */
const BITS = 1240;
/** A double of {@link LARGE} and more has no bits beyond this many behind the point. */
const FRACTION = 32;
/** What is left is kept with this many bits: no double is nearer to a multiple of π/2 than 2^-62. */
const LEFT = 160;

/** Sine, the same bits in every JavaScript engine. */
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

/** Angle of the point (x, y), in [-π, π]; as in C, a zero has a side, too. */
export function atan2(y: number, x: number): number {
  if (Number.isNaN(x)) return x;
  if (y === 0) return x < 0 || Object.is(x, -0) ? (Object.is(y, -0) ? -Math.PI : Math.PI) : y;
  // Infinities of both have no quotient; C takes them for equal.
  if (Math.abs(x) === Number.POSITIVE_INFINITY && Math.abs(y) === Number.POSITIVE_INFINITY)
    return atan2(Math.sign(y), Math.sign(x));
  if (x > 0) return atan(y / x);
  if (x < 0) return atan(y / x) + (y > 0 ? Math.PI : -Math.PI);
  return (Math.sign(y) * Math.PI) / 2;
}

function reduce(x: number): [number, number] {
  if (!Number.isFinite(x)) return [0, Number.NaN];
  if (Math.abs(x) >= LARGE) return reduceLarge(x);
  const n = Math.round(x / (Math.PI / 2));
  const r = x - n * HALF_PI[0] - n * HALF_PI[1] - n * HALF_PI[2];
  return [((n % 4) + 4) % 4, r];
}

function reduceLarge(x: number): [number, number] {
  // The scaled number is whole, and finite where it is not whole before.
  const fixed =
    Math.abs(x) < 2 ** 53 ? BigInt(x * 2 ** FRACTION) << BigInt(BITS - FRACTION) : BigInt(x) << BigInt(BITS);
  halfPi ??= machin();
  const twice = 2n * fixed;
  const n = (twice + (x > 0 ? halfPi : -halfPi)) / (2n * halfPi);
  const left = (fixed - n * halfPi) >> BigInt(BITS - LEFT);
  return [Number(((n % 4n) + 4n) % 4n), Number(left) / 2 ** LEFT];
}

let halfPi: bigint | undefined;

/** π/2 as a whole number of 2^-BITS: 8 atan(1/5) - 2 atan(1/239), by John Machin. */
function machin(): bigint {
  // Each term is cut off; these bits take it.
  const guard = 16n;
  const one = 1n << (BigInt(BITS) + guard);
  const inverseTangent = (denominator: bigint): bigint => {
    const square = denominator * denominator;
    let [power, sum] = [one / denominator, 0n];
    for (let n = 1n; power !== 0n; n += 2n, power /= square) sum += (n & 2n ? -power : power) / n;
    return sum;
  };
  return (8n * inverseTangent(5n) - 2n * inverseTangent(239n)) >> guard;
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
