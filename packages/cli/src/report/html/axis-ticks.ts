/** Ticks nearer than that have numbers that touch, in pixels. */
export const LEAST_SPACING = 22;

/** With fewer ticks at round numbers, an axis of less than a power of ten has them at equal distances. */
const ENOUGH = 4;
const DECADE = 10;

const FINE = [1, 2, 5];
/** Powers of ten from one tick to the next, where not each has one. */
const APART = [1, 2, 3, 5, 10, 20, 50, 100];

/**
 * Where a logarithmic axis has its numbers: at 1, 2 and 5 of each power of ten, at fewer where these have no room, and at multiples of
 * a round number where the axis is short.
 *
 * @param low above 0, as `high` is
 * @param pixels between the ends
 * @returns from the lowest; no two are nearer than `LEAST_SPACING`
 */
export function logarithmicTicks(low: number, high: number, pixels: number): number[] {
  const distance = (a: number, b: number): number => (pixels * Math.log(b / a)) / Math.log(high / low);
  const hasRoom = (ticks: readonly number[]): boolean =>
    ticks.every((tick, i) => i === 0 || distance(ticks[i - 1]!, tick) >= LEAST_SPACING);
  const coarse = APART.map((apart) => inPowers(low, high, [1], apart));
  const ticks = [inPowers(low, high, FINE, 1), ...coarse].find(hasRoom) ?? [];
  if (ticks.length >= ENOUGH || high / low > DECADE) return ticks;
  const even = stepsFor(high - low)
    .map((step) => multiples(low, high, step))
    .find(hasRoom);
  return even !== undefined && even.length > ticks.length ? even : ticks;
}

/** Parsed, not computed: 3e-5 is not 3 * 10 ** -5. */
const decimal = (digits: number, power: number): number => Number(`${digits}e${power}`);

/** `numbers` of each power of ten whose exponent is a multiple of `apart`. */
function inPowers(low: number, high: number, numbers: readonly number[], apart: number): number[] {
  // Logarithms are rounded: one more on either side, which the filter takes away.
  const first = (Math.floor(Math.log10(low) / apart) - 1) * apart;
  const count = Math.ceil((Math.log10(high) - first) / apart) + 2;
  return Array.from({ length: count }, (_, i) => numbers.map((one) => decimal(one, first + i * apart)))
    .flat()
    .filter((tick) => tick >= low && tick <= high);
}

/** Round steps for a distance, the finest first. */
function stepsFor(distance: number): { readonly digits: number; readonly power: number }[] {
  const last = Math.floor(Math.log10(distance));
  return [last - 2, last - 1, last].flatMap((power) => FINE.map((digits) => ({ digits, power })));
}

function multiples(
  low: number,
  high: number,
  { digits, power }: { readonly digits: number; readonly power: number },
): number[] {
  const step = decimal(digits, power);
  const first = Math.ceil(low / step);
  const count = Math.floor(high / step) - first + 1;
  return Array.from({ length: Math.max(0, count) }, (_, i) => decimal((first + i) * digits, power));
}

/** The number at a tick, with all its digits: small ones and large ones as 2.5e−5. */
export function tickText(value: number): string {
  const isPlain = value === 0 || (value >= 1e-3 && value < 1e6);
  return (isPlain ? String(value) : value.toExponential()).replace('e+', 'e').replace('-', '−');
}
