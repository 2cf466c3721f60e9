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
    let [even, odd] = [0, 0];
    let j = i + 1;
    for (; j + 1 < size; j += 2) {
      even += factor[at + j]! * errors[j]!;
      odd += factor[at + j + 1]! * errors[j + 1]!;
    }
    if (j < size) even += factor[at + j]! * errors[j]!;
    const wanted = target[i]! - (even + odd) / factor[at + i]!;
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
