import { PARTS, type ResultGrid } from './fine-convolution.ts';

/** Steps beyond both ends of int8 that are told apart: no shift is larger. */
export const LARGEST_SHIFT = 64;

const LOWEST = -127 - LARGEST_SHIFT;
const STEPS = 254 + 2 * LARGEST_SHIFT;

/** Bins of one channel. */
export const FINE_BINS = STEPS * PARTS + 1;

/** The bin of a result in parts of a step, its zero point left out; what lies further out belongs to the last bins. */
export function fineBin(parts: number, zero: number): number {
  return boundedBin(parts + fineBinOrigin(zero));
}

/** What to add to parts of a step for their bin. */
export function fineBinOrigin(zero: number): number {
  return (zero - LOWEST) * PARTS;
}

/** The nearest bin that there is. */
export function boundedBin(bin: number): number {
  if (bin > 0) return bin < FINE_BINS ? bin : FINE_BINS - 1;
  return 0;
}

/** [FINE_BINS] by bin: the whole number from `low` to `high` that a result is rounded to, halves away from 0. */
export function roundedBins({ low, high }: ResultGrid): Int16Array {
  return Int16Array.from({ length: FINE_BINS }, (_, bin) => {
    const steps = bin / PARTS + LOWEST;
    const whole = Math.sign(steps) * Math.floor(Math.abs(steps) + 0.5);
    return Math.min(Math.max(whole, low), high);
  });
}

/**
 * How far a channel's results have to be moved before they are rounded to int8, so that their mean becomes `mean`.
 *
 * @param counts [FINE_BINS] results by {@link fineBin}
 * @param mean of the float network's results in steps, its zero point included
 * @returns steps, a whole number of parts, between ±`most`: the smallest among the best
 */
export function solveShift(counts: Uint32Array, mean: number, grid: ResultGrid, most: number): number {
  const { atLeast, total } = countsAtLeast(counts);
  if (total === 0 || !Number.isFinite(mean)) return 0;
  const off = (shift: number): number => shiftedSum(atLeast, total, shift, grid) / total - mean;
  const limit = Math.round(most * PARTS);
  // The mean grows with the shift.
  let [low, high] = [-limit, limit];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (off(middle) < 0) low = middle;
    else high = middle;
  }
  const candidates = [0, low, high].map((shift) => ({ shift, error: Math.abs(off(shift)) }));
  candidates.sort((a, b) => a.error - b.error || Math.abs(a.shift) - Math.abs(b.shift));
  return candidates[0]!.shift / PARTS;
}

/** [FINE_BINS + 1] by bin: how many results lie in it or above. */
function countsAtLeast(counts: Uint32Array): { readonly atLeast: Float64Array; readonly total: number } {
  const atLeast = new Float64Array(counts.length + 1);
  for (let bin = counts.length - 1; bin >= 0; bin--) atLeast[bin] = atLeast[bin + 1]! + counts[bin]!;
  return { atLeast, total: atLeast[0]! };
}

/**
 * Of the results, moved by `shift` parts of a step, rounded (halves away from 0) and bounded: each is `low`, and one more for each
 * whole number above it that it is rounded to or beyond.
 */
function shiftedSum(atLeast: Float64Array, total: number, shift: number, { low, high }: ResultGrid): number {
  const first = LOWEST * PARTS + shift;
  let sum = low * total;
  for (let whole = low + 1; whole <= high; whole++) {
    // The fewest parts that are rounded to it: a half is rounded up above 0, down below.
    const parts = whole * PARTS - PARTS / 2 + (whole > 0 ? 0 : 1);
    const bin = parts - first;
    sum += atLeast[Math.min(Math.max(bin, 0), FINE_BINS)]!;
  }
  return sum;
}
