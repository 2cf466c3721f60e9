import { multiplyTile, TILE } from './tile.ts';

/** Some outputs that are rounded side by side; all matrices [lanes, K], lanes a multiple of `TILE`. */
export interface Rounding {
  /** The float weights w. */
  readonly targets: Float64Array;
  /** q, whole numbers within ±clamp. */
  readonly whole: Float64Array;
  /** e = q s - w. */
  readonly errors: Float64Array;
  /** R e. */
  readonly images: Float64Array;
}

/**
 * Rounds the weights of outputs one after the other, from the last, and lets those that follow make up for the error of those before:
 * Babai's nearest plane, which is GPTQ (Frantar et al., arXiv:2210.17323) with the columns in reverse and without an inverse.
 *
 * @param factor [K, K], of which the upper triangle is R with H = Rᵀ R
 * @param scales [lanes] s
 * @param rounding of which everything but `targets` is the result
 */
export function roundByNearestPlane(
  factor: Float64Array,
  size: number,
  scales: Float64Array,
  clamp: number,
  rounding: Rounding,
): void {
  const sums = new Float64Array(TILE * TILE);
  for (let i = size - TILE; i >= 0; i -= TILE)
    for (let lane = 0; lane < scales.length; lane += TILE) {
      multiplyTile(factor, i * size, rounding.errors, lane * size, size, i + TILE, size, sums);
      for (let k = 0; k < TILE; k++)
        roundTile(factor, size, i, lane + k, scales[lane + k]!, clamp, sums, k, rounding);
    }
}

/** Rounds weights i + 3 to i of one output; `sums` has what the errors behind them come to. */
function roundTile(
  factor: Float64Array,
  size: number,
  i: number,
  lane: number,
  scale: number,
  clamp: number,
  sums: Float64Array,
  column: number,
  { targets, whole, errors, images }: Rounding,
): void {
  const at = lane * size;
  for (let row = i + TILE - 1; row >= i; row--) {
    let made = sums[(row - i) * TILE + column]!;
    for (let j = row + 1; j < i + TILE; j++) made += factor[row * size + j]! * errors[at + j]!;
    const pivot = factor[row * size + row]!;
    const target = targets[at + row]!;
    const q = roundWithin((target - made / pivot) / scale, clamp);
    const error = q * scale - target;
    whole[at + row] = q;
    errors[at + row] = error;
    images[at + row] = made + pivot * error;
  }
}

/** To the nearest whole number, half away from zero, within ±clamp. */
export function roundWithin(value: number, clamp: number): number {
  const magnitude = Math.min(clamp, Math.floor(Math.abs(value) + 0.5));
  return value < 0 ? -magnitude : magnitude;
}
