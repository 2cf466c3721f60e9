/**
 * Rounds the weights of one output one after the other, from the last, and lets those that follow make up for the error of those before:
 * Babai's nearest plane, which is GPTQ (Frantar et al., arXiv:2210.17323) with the columns in reverse and without an inverse.
 *
 * @param factor [K, K], of which the upper triangle is R with H = Rᵀ R
 * @param target [K] the float weights
 * @param errors [K] working space
 * @param whole [K] the result, whole numbers within ±clamp: target ≈ whole * scale
 */
export function roundByNearestPlane(
  factor: Float32Array,
  target: Float64Array,
  scale: number,
  clamp: number,
  errors: Float64Array,
  whole: Float64Array,
): void {
  const size = target.length;
  for (let i = size - 1; i >= 0; i--) {
    const at = i * size;
    const made = dotFrom(factor, at, errors, i + 1);
    const wanted = target[i]! - made / factor[at + i]!;
    const q = roundWithin(wanted / scale, clamp);
    whole[i] = q;
    errors[i] = q * scale - target[i]!;
  }
}

/** To the nearest whole number, half away from zero, within ±clamp. */
export function roundWithin(value: number, clamp: number): number {
  const magnitude = Math.min(clamp, Math.floor(Math.abs(value) + 0.5));
  return value < 0 ? -magnitude : magnitude;
}

/** Σ row[at + j] · vector[j] for j from `from` on: four sums side by side, which is faster, added at the end. */
export function dotFrom(row: Float32Array, at: number, vector: Float64Array, from: number): number {
  let [a, b, c, d] = [0, 0, 0, 0];
  const size = vector.length;
  let j = from;
  for (; j + 3 < size; j += 4) {
    a += row[at + j]! * vector[j]!;
    b += row[at + j + 1]! * vector[j + 1]!;
    c += row[at + j + 2]! * vector[j + 2]!;
    d += row[at + j + 3]! * vector[j + 3]!;
  }
  for (; j < size; j++) a += row[at + j]! * vector[j]!;
  return a + b + (c + d);
}
