import { type Rounding, roundByNearestPlane, roundWithin } from './nearest-plane.ts';
import type { Problem } from './problem.ts';
import { padded } from './tile.ts';
import { multiplyLower, multiplyUpper } from './triangle.ts';

/** Passes over the weights of an output after each rounding. */
const SWEEPS = 3;

/** Weights of some outputs that share a problem, while they are rounded: w ≈ q s. Results are by lane, which is an output. */
export class Part {
  /** [lanes] wᵀ H w. */
  readonly signals: Float64Array;
  /** [lanes] (q s - w)ᵀ H (q s - w). */
  readonly energies: Float64Array;
  readonly #problem: Problem;
  readonly #clamp: number;
  readonly #rounding: Rounding;
  /** [lanes, K] H (q s - w): half of what the error changes by with each weight. */
  readonly #slopes: Float64Array;

  /** @param weights by output: [K] finite */
  constructor(problem: Problem, weights: readonly Float32Array[], clamp: number) {
    const { size, order, factor } = problem;
    const lanes = padded(weights.length);
    const matrix = (): Float64Array => new Float64Array(lanes * size);
    this.#problem = problem;
    this.#clamp = clamp;
    this.#rounding = { targets: matrix(), whole: matrix(), errors: matrix(), images: matrix() };
    this.#slopes = matrix();
    const { targets, images } = this.#rounding;
    for (const [lane, own] of weights.entries())
      for (let k = 0; k < size; k++) targets[lane * size + k] = own[order[k]!] ?? 0;
    multiplyUpper(factor, size, targets, images);
    this.signals = this.#imageEnergies(new Float64Array(lanes));
    this.energies = new Float64Array(lanes);
  }

  /** Σ over the weights of (q s - w)² times their own moment, for the nearest q; no more than tells that it is above `most`. */
  diagonalError(lane: number, scale: number, most: number): number {
    const { size, variances } = this.#problem;
    const { targets } = this.#rounding;
    const at = lane * size;
    let sum = 0;
    for (let k = size - 1; k >= 0 && sum <= most; k--) {
      const target = targets[at + k]!;
      const off = roundWithin(target / scale, this.#clamp) * scale - target;
      sum += off * off * variances[k]!;
    }
    return sum;
  }

  /** Rounds each weight to the nearest. */
  nearest(scales: Float64Array): void {
    const { size, factor } = this.#problem;
    const { targets, whole, errors, images } = this.#rounding;
    for (let i = 0; i < targets.length; i++) {
      const scale = scales[Math.floor(i / size)]!;
      whole[i] = roundWithin(targets[i]! / scale, this.#clamp);
      errors[i] = whole[i]! * scale - targets[i]!;
    }
    multiplyUpper(factor, size, errors, images);
    this.#imageEnergies(this.energies);
  }

  /** Rounds so that the error becomes small. */
  learn(scales: Float64Array): void {
    const { size, factor } = this.#problem;
    roundByNearestPlane(factor, size, scales, this.#clamp, this.#rounding);
    multiplyLower(factor, size, this.#rounding.images, this.#slopes);
    for (const [lane, scale] of scales.entries()) {
      for (let sweep = 0; sweep < SWEEPS; sweep++) if (!this.#sweep(lane, scale)) break;
      this.energies[lane] = Math.max(0, this.#dotSlopes(this.#rounding.errors, lane));
    }
  }

  /** After `learn`: qᵀ H (q s - w) and qᵀ H q, by which the error changes with the scale. */
  bend(lane: number, scale: number): { readonly slope: number; readonly curve: number } {
    const slope = this.#dotSlopes(this.#rounding.whole, lane);
    const along = (this.#dotSlopes(this.#rounding.targets, lane) + this.signals[lane]!) / scale;
    return { slope, curve: (slope + along) / scale };
  }

  /** @param target [K] takes q in the order of the weights */
  write(lane: number, target: Int8Array): void {
    const { size, order } = this.#problem;
    const { whole } = this.#rounding;
    for (let k = 0; k < size; k++) if (order[k]! < target.length) target[order[k]!] = whole[lane * size + k]!;
  }

  /** Changes each q in turn to what makes the error least; says whether any changed. */
  #sweep(lane: number, scale: number): boolean {
    const { size, moments, variances } = this.#problem;
    const { whole, errors } = this.#rounding;
    const slopes = this.#slopes;
    const at = lane * size;
    let changed = false;
    for (let k = size - 1; k >= 0; k--) {
      const curve = scale * variances[k]!;
      const slope = slopes[at + k]!;
      if (2 * Math.abs(slope) <= curve) continue;
      const now = whole[at + k]!;
      const step = roundWithin(now - slope / curve, this.#clamp) - now;
      if (step === 0 || step * (2 * slope + step * curve) >= 0) continue;
      whole[at + k] = now + step;
      errors[at + k] = errors[at + k]! + step * scale;
      addMultiple(moments, k * size, step * scale, slopes, at, size);
      changed = true;
    }
    return changed;
  }

  #dotSlopes(vectors: Float64Array, lane: number): number {
    const { size } = this.#problem;
    let sum = 0;
    for (let i = lane * size; i < (lane + 1) * size; i++) sum += vectors[i]! * this.#slopes[i]!;
    return sum;
  }

  #imageEnergies(result: Float64Array): Float64Array {
    const { size } = this.#problem;
    const { images } = this.#rounding;
    result.fill(0);
    for (let lane = 0; lane < result.length; lane++)
      for (let i = lane * size; i < (lane + 1) * size; i++) result[lane]! += images[i]! ** 2;
    return result;
  }
}

function addMultiple(
  matrix: Float64Array,
  at: number,
  factor: number,
  target: Float64Array,
  to: number,
  size: number,
): void {
  for (let j = 0; j < size; j++) target[to + j] = target[to + j]! + factor * matrix[at + j]!;
}
