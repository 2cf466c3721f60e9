import { packedLength, TILE_ROWS } from './pack.ts';

/** Products per tile: six points along each axis. */
export const PRODUCTS = 36;

/** Taps of a window, and points, along an axis. */
const TAPS = 3;
const POINTS = 6;

/** Bytes of a cache line. */
const LINE = 64;

/** At least `bytes`, an odd number of cache lines: 36 rows that far apart then fall into different sets of the cache. */
export function oddLines(bytes: number): number {
  const lines = Math.ceil(bytes / LINE);
  return (lines + 1 - (lines % 2)) * LINE;
}

/** Bytes from one of the 36 matrices of weights to the next. */
export function weightStep(outputs: number, channels: number): number {
  return oddLines(packedLength(outputs, channels) * 4);
}

/**
 * w [O,C,3,3] → G w Gᵀ in float64, rounded once, as 36 matrices [O][C] packed by 4 rows, [ceil(O / 4)][C][4], missing rows
 * zero, `weightStep` bytes apart.
 */
export function transformWeights(w: ArrayLike<number>, outputs: number, channels: number): Float32Array {
  const step = weightStep(outputs, channels) / 4;
  const packed = new Float32Array(PRODUCTS * step);
  const halfway = new Float64Array(TAPS * POINTS);
  const values = new Float64Array(PRODUCTS);
  for (let tile = 0, target = 0; tile < outputs; tile += TILE_ROWS) {
    const rows = Math.min(TILE_ROWS, outputs - tile);
    for (let c = 0; c < channels; c++, target += TILE_ROWS) {
      for (let row = 0; row < rows; row++) {
        transformKernel(w, ((tile + row) * channels + c) * TAPS * TAPS, halfway, values);
        for (let k = 0, at = target + row; k < PRODUCTS; k++, at += step) packed[at] = values[k];
      }
    }
  }
  return packed;
}

/** G w Gᵀ of the kernel [3][3] at `tap`: first along its columns, then along its rows, to values [6][6]. */
function transformKernel(
  w: ArrayLike<number>,
  tap: number,
  halfway: Float64Array,
  values: Float64Array,
): void {
  for (let j = 0; j < TAPS; j++) evaluate(w[tap + j], w[tap + 3 + j], w[tap + 6 + j], halfway, j, TAPS);
  for (let i = 0; i < POINTS; i++) {
    const at = i * TAPS;
    evaluate(halfway[at], halfway[at + 1], halfway[at + 2], values, i * POINTS, 1);
  }
}

/**
 * G of F(4,3): a + b x + c x² at x = 0, ±1/√2 and ±√2, each over the product of the point's distances from the others (1,
 * -3/2 and 6), and c for infinity. Six values, from `at` on and `step` apart.
 */
function evaluate(a: number, b: number, c: number, target: Float64Array, at: number, step: number): void {
  const evenNear = (a + c / 2) / -1.5;
  const oddNear = (b * Math.SQRT1_2) / -1.5;
  const evenFar = (a + c * 2) / 6;
  const oddFar = (b * Math.SQRT2) / 6;
  target[at] = a;
  target[at + step] = evenNear + oddNear;
  target[at + 2 * step] = evenNear - oddNear;
  target[at + 3 * step] = evenFar + oddFar;
  target[at + 4 * step] = evenFar - oddFar;
  target[at + 5 * step] = c;
}
