import { packedLength, TILE_ROWS } from './pack.ts';

/** Products per tile: six points along each axis. */
export const PRODUCTS = 36;

/** Taps of a window along an axis. */
const TAPS = 3;
const POINTS = 6;

/**
 * G of F(4,3) for the points 0, ±1/√2, ±√2 and infinity, [6][3]: row i holds x^0, x^1, x^2 of its point x, over the product
 * of its distances from the other points.
 */
const G = evaluationMatrix([0, Math.SQRT1_2, -Math.SQRT1_2, Math.SQRT2, -Math.SQRT2]);

function evaluationMatrix(points: readonly number[]): Float64Array {
  const rows = points.map((x, i) => {
    const distances = points.reduce((product, other, j) => (j === i ? product : product * (x - other)), 1);
    return [1 / distances, x / distances, (x * x) / distances];
  });
  return Float64Array.from([...rows, [0, 0, 1]].flat());
}

/**
 * w [O,C,3,3] → G w Gᵀ in float64, rounded once, as 36 matrices [O][C] packed by 4 rows: [36][ceil(O / 4)][C][4], missing
 * rows zero.
 */
export function transformWeights(w: ArrayLike<number>, outputs: number, channels: number): Float32Array {
  const step = packedLength(outputs, channels);
  const packed = new Float32Array(PRODUCTS * step);
  const halfway = new Float64Array(POINTS * TAPS);
  for (let o = 0, tap = 0; o < outputs; o++) {
    const row = (o - (o % TILE_ROWS)) * channels + (o % TILE_ROWS);
    for (let c = 0; c < channels; c++, tap += TAPS * TAPS) {
      evaluateColumns(w, tap, halfway);
      evaluateRows(halfway, packed, row + c * TILE_ROWS, step);
    }
  }
  return packed;
}

/** G w, [6][3]. */
function evaluateColumns(w: ArrayLike<number>, tap: number, halfway: Float64Array): void {
  for (let j = 0; j < TAPS; j++) {
    const [top, middle, bottom] = [w[tap + j], w[tap + TAPS + j], w[tap + 2 * TAPS + j]];
    for (let i = 0, g = 0; i < POINTS; i++, g += TAPS) {
      halfway[i * TAPS + j] = G[g] * top + G[g + 1] * middle + G[g + 2] * bottom;
    }
  }
}

/** (G w) Gᵀ; its 36 values go to `first`, `step` apart. */
function evaluateRows(halfway: Float64Array, packed: Float32Array, first: number, step: number): void {
  let target = first;
  for (let i = 0; i < POINTS * TAPS; i += TAPS) {
    const [left, middle, right] = [halfway[i], halfway[i + 1], halfway[i + 2]];
    for (let g = 0; g < POINTS * TAPS; g += TAPS, target += step) {
      packed[target] = G[g] * left + G[g + 1] * middle + G[g + 2] * right;
    }
  }
}
