import { choleskyInPlace } from './cholesky.ts';
import { padded } from './tile.ts';

/**
 * Added to the diagonal, as a share of its mean: with few samples the moments say little about directions that hardly occur. The share
 * that GPTQ (arXiv:2210.17323, section 3.3) takes.
 */
const DAMPING = 0.01;

/** Pivots below this share of the mean of the diagonal are rounding errors. */
const LEAST_PIVOT = 1e-9;

/**
 * How errors of the weights of some outputs turn into errors of what they compute: an error e costs eᵀ H e. There are weights too many, which
 * are 0 and have nothing to do with the others, so that the size is a multiple of `TILE`.
 */
export interface Problem {
  /** K, weights of an output and those too many. */
  readonly size: number;
  /** By place in the matrices: which weight it is. */
  readonly order: Int32Array;
  /** [K, K] H: symmetric, positive definite, the weights in `order`. */
  readonly moments: Float64Array;
  /** [K] the diagonal of H. */
  readonly variances: Float64Array;
  /** [K, K], of which the upper triangle is R with H = Rᵀ R; the lower one is Rᵀ. */
  readonly factor: Float64Array;
}

/**
 * The problem for second moments around the mean; the mean itself goes into the bias.
 *
 * Weights whose inputs vary most stand last, where rounding begins. Inputs that never vary leave their weights to be rounded to the nearest.
 *
 * @param sums [count + 1, count + 1]: products of inputs, summed up over what was seen, the last input being always 1; float64
 * @param count weights of an output
 * @param onRows called again and again while it computes; what it throws ends that
 */
export function problemOf(sums: Float64Array, count: number, onRows?: () => void): Problem {
  const means = meansOf(sums, count);
  const raw = Float64Array.from({ length: count }, (_, k) =>
    Math.max(0, sums[k * (count + 1) + k]! - means[k]! * sums[k * (count + 1) + count]!),
  );
  const trace = raw.reduce((sum, one) => sum + one, 0);
  const mean = trace > 0 ? trace / count : 1;
  const size = padded(count);
  const activity = (k: number): number => raw[k] ?? 0;
  const order = Int32Array.from({ length: size }, (_, k) => k);
  order.sort((a, b) => activity(a) - activity(b) || a - b);
  const variances = new Float64Array(size);
  for (let i = 0; i < size; i++) variances[i] = activity(order[i]!) + DAMPING * mean;
  const moments = momentsOf(sums, means, order, variances);
  const factor = moments.slice();
  choleskyInPlace(factor, size, LEAST_PIVOT * mean, onRows);
  return { size, order, moments, variances, factor };
}

/** [K, K] second moments around the means, the weights in `order`; on the diagonal the variances. */
function momentsOf(
  sums: Float64Array,
  means: Float64Array,
  order: Int32Array,
  variances: Float64Array,
): Float64Array {
  const [count, size] = [means.length, order.length];
  const row = count + 1;
  const result = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    const from = order[i]!;
    if (from < count)
      for (let j = 0; j < i; j++) {
        const to = order[j]!;
        if (to >= count) continue;
        const value = sums[from * row + to]! - means[from]! * sums[to * row + count]!;
        result[i * size + j] = value;
        result[j * size + i] = value;
      }
    result[i * size + i] = variances[i]!;
  }
  return result;
}

/** [count] means of the inputs. */
export function meansOf(sums: Float64Array, count: number): Float64Array {
  const row = count + 1;
  const seen = sums[count * row + count]!;
  return Float64Array.from({ length: count }, (_, k) => (seen > 0 ? sums[k * row + count]! / seen : 0));
}
