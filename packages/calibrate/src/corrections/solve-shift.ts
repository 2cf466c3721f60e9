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
  const filled = filledBins(counts);
  const total = filled.reduce((sum, bin) => sum + counts[bin]!, 0);
  if (total === 0 || !Number.isFinite(mean)) return 0;
  const off = (shift: number): number => shiftedSum(counts, filled, shift, grid) / total - mean;
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

function filledBins(counts: Uint32Array): Int32Array {
  const bins = new Int32Array(counts.length);
  let filled = 0;
  for (let bin = 0; bin < counts.length; bin++) if (counts[bin] !== 0) bins[filled++] = bin;
  return bins.subarray(0, filled);
}

/** Of the results, moved by `shift` parts of a step, rounded (halves away from 0) and bounded. */
function shiftedSum(
  counts: Uint32Array,
  filled: Int32Array,
  shift: number,
  { low, high }: ResultGrid,
): number {
  const first = LOWEST * PARTS + shift;
  let sum = 0;
  for (let i = 0; i < filled.length; i++) {
    const bin = filled[i]!;
    const parts = first + bin;
    const half = PARTS / 2;
    const whole = parts < 0 ? -Math.floor((half - parts) / PARTS) : Math.floor((half + parts) / PARTS);
    sum += counts[bin]! * (whole < low ? low : whole > high ? high : whole);
  }
  return sum;
}
