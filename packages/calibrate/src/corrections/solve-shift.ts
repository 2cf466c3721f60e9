import { PARTS, type ResultGrid } from './fine-convolution.ts';

/** Steps beyond both ends of int8 that are told apart: no shift is larger. */
export const LARGEST_SHIFT = 64;

const LOWEST = -127 - LARGEST_SHIFT;
const STEPS = 254 + 2 * LARGEST_SHIFT;

/** Bins of one channel. */
export const FINE_BINS = STEPS * PARTS + 1;

/** The bin of a result in parts of a step, its zero point left out; what lies further out belongs to the last bins. */
export function fineBin(parts: number, zero: number): number {
  const bin = parts + (zero - LOWEST) * PARTS;
  if (bin > 0) return bin < FINE_BINS ? bin : FINE_BINS - 1;
  return 0;
}

/**
 * How far a channel's results have to be moved before they are rounded to int8, so that their mean becomes `mean`.
 *
 * @param counts [FINE_BINS] results by {@link fineBin}
 * @param mean of the float network's results in steps, its zero point included
 * @returns steps, a whole number of parts, between ±`most`: the smallest among the best
 */
export function solveShift(counts: Uint32Array, mean: number, grid: ResultGrid, most: number): number {
  let total = 0;
  for (const count of counts) total += count;
  if (total === 0 || !Number.isFinite(mean)) return 0;
  const limit = Math.round(most * PARTS);
  const off = (shift: number): number => shiftedMean(counts, shift, grid) / total - mean;
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

/** Sum of the rounded results. */
function shiftedMean(counts: Uint32Array, shift: number, { low, high }: ResultGrid): number {
  let sum = 0;
  for (let bin = 0; bin < FINE_BINS; bin++) {
    const count = counts[bin]!;
    if (count === 0) continue;
    const value = LOWEST + (bin + shift) / PARTS;
    const rounded = Math.sign(value) * Math.floor(Math.abs(value) + 0.5);
    sum += count * Math.min(high, Math.max(low, rounded));
  }
  return sum;
}
