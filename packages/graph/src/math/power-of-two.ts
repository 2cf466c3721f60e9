const SMALLEST_EXPONENT = -1074;
const LARGEST_EXPONENT = 1023;

/** 2^k for every k that a double can hold, by exact doubling: `**` is not the same in all engines. */
const POWERS = powersOfTwo();

function powersOfTwo(): Float64Array {
  const powers = new Float64Array(LARGEST_EXPONENT - SMALLEST_EXPONENT + 1);
  powers[-SMALLEST_EXPONENT] = 1;
  for (let k = 1; k <= LARGEST_EXPONENT; k++)
    powers[k - SMALLEST_EXPONENT] = 2 * powers[k - 1 - SMALLEST_EXPONENT];
  for (let k = -1; k >= SMALLEST_EXPONENT; k--)
    powers[k - SMALLEST_EXPONENT] = powers[k + 1 - SMALLEST_EXPONENT] / 2;
  return powers;
}

/** value * 2^k for whole k in -2148..2046, rounded once where the result is subnormal or the factor fits. */
export function scaleByPowerOfTwo(value: number, k: number): number {
  if (k >= -1022 && k <= LARGEST_EXPONENT) return value * POWERS[k - SMALLEST_EXPONENT];
  // Two factors, since 2^k alone leaves the range at both ends.
  const first = k < 0 ? -1022 : LARGEST_EXPONENT;
  return value * POWERS[first - SMALLEST_EXPONENT] * POWERS[k - first - SMALLEST_EXPONENT];
}

/** The k with 2^k <= x < 2^(k+1), for finite x > 0. */
export function binaryExponent(x: number): number {
  let low = 0;
  let high = POWERS.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (POWERS[middle] <= x) low = middle;
    else high = middle - 1;
  }
  return low + SMALLEST_EXPONENT;
}
