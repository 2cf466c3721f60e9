import { choleskyInPlace } from './cholesky.ts';

/**
 * Added to the diagonal, as a share of its mean: with few samples the moments say little about directions that hardly occur. The share
 * that GPTQ (arXiv:2210.17323, section 3.3) takes.
 */
const DAMPING = 0.01;

/** Pivots below this share of the mean of the diagonal are rounding errors. */
const LEAST_PIVOT = 1e-9;

/** How errors of the weights of some outputs turn into errors of what they compute: an error e costs eᵀ H e. */
export interface Problem {
  /** K, weights of an output. */
  readonly size: number;
  /** By place in `moments` and `factor`: which weight it is. */
  readonly order: Int32Array;
  /** [K, K] H: symmetric, positive definite, the weights in `order`. In float32, since reading it is what takes the time. */
  readonly moments: Float32Array;
  /** [K, K], of which the upper triangle is R with H = Rᵀ R. */
  readonly factor: Float32Array;
}

/**
 * The problem for second moments around the mean; the mean itself goes into the bias.
 *
 * Weights whose inputs vary most stand last, where rounding begins. Inputs that never vary leave their weights to be rounded to the nearest.
 *
 * @param sums [K + 1, K + 1]: products of inputs, summed up over what was seen, the last input being always 1; float64
 */
export function problemOf(sums: Float64Array, size: number): Problem {
  const centred = centre(sums, size);
  let trace = 0;
  for (let k = 0; k < size; k++) trace += centred[k * size + k]!;
  const mean = trace > 0 ? trace / size : 1;
  for (let k = 0; k < size; k++) centred[k * size + k]! += DAMPING * mean;
  const weight = (k: number): number => centred[k * size + k]!;
  const order = Int32Array.from({ length: size }, (_, k) => k).sort((a, b) => weight(a) - weight(b) || a - b);
  const moments = new Float64Array(size * size);
  for (let i = 0; i < size; i++)
    for (let j = 0; j < size; j++) moments[i * size + j] = centred[order[i]! * size + order[j]!]!;
  const result = { size, order, moments: Float32Array.from(moments) };
  choleskyInPlace(moments, size, LEAST_PIVOT * mean);
  return { ...result, factor: Float32Array.from(moments) };
}

/** [K, K] from [K + 1, K + 1]; nothing on the diagonal is below 0. */
function centre(sums: Float64Array, size: number): Float64Array {
  const row = size + 1;
  const result = new Float64Array(size * size);
  const count = sums[size * row + size]!;
  for (let i = 0; i < size; i++) {
    const mean = count > 0 ? sums[i * row + size]! / count : 0;
    for (let j = 0; j < size; j++) result[i * size + j] = sums[i * row + j]! - mean * sums[j * row + size]!;
    result[i * size + i] = Math.max(0, result[i * size + i]!);
  }
  return result;
}

/** [K] means of the inputs. */
export function meansOf(sums: Float64Array, size: number): Float64Array {
  const row = size + 1;
  const count = sums[size * row + size]!;
  return Float64Array.from({ length: size }, (_, k) => (count > 0 ? sums[k * row + size]! / count : 0));
}
