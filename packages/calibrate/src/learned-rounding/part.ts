import { dotFrom, roundByNearestPlane, roundWithin } from './nearest-plane.ts';
import type { Problem } from './problem.ts';

/** Weights of one output that share a problem, while they are rounded: w ≈ q s. */
export class Part {
  readonly #problem: Problem;
  readonly #clamp: number;
  /** [K] w in the order of the problem. */
  readonly #target: Float64Array;
  /** [K] q. */
  readonly #whole: Float64Array;
  /** [K] H w. */
  readonly #wanted: Float64Array;
  /** [K] H q. */
  readonly #made: Float64Array;
  readonly #errors: Float64Array;

  /** @param weights [K] finite */
  constructor(problem: Problem, weights: Float32Array, clamp: number) {
    const { size, order } = problem;
    this.#problem = problem;
    this.#clamp = clamp;
    this.#target = Float64Array.from(order, (k) => weights[k]!);
    this.#whole = new Float64Array(size);
    this.#made = new Float64Array(size);
    this.#wanted = new Float64Array(size);
    this.#errors = new Float64Array(size);
    multiply(problem, this.#target, this.#wanted);
  }

  /** wᵀ H w. */
  get signal(): number {
    return dot(this.#target, this.#wanted);
  }

  /** qᵀ H w. */
  get along(): number {
    return dot(this.#whole, this.#wanted);
  }

  /** qᵀ H q. */
  get squared(): number {
    return dot(this.#whole, this.#made);
  }

  /** (q s - w)ᵀ H (q s - w) for the nearest q, if H were diagonal. */
  diagonalError(scale: number): number {
    const { size, moments } = this.#problem;
    let sum = 0;
    for (let k = 0; k < size; k++) {
      const off = roundWithin(this.#target[k]! / scale, this.#clamp) * scale - this.#target[k]!;
      sum += off * off * moments[k * size + k]!;
    }
    return sum;
  }

  nearest(scale: number): void {
    for (let k = 0; k < this.#whole.length; k++)
      this.#whole[k] = roundWithin(this.#target[k]! / scale, this.#clamp);
    multiply(this.#problem, this.#whole, this.#made);
  }

  nearestPlane(scale: number): void {
    roundByNearestPlane(this.#problem.factor, this.#target, scale, this.#clamp, this.#errors, this.#whole);
    multiply(this.#problem, this.#whole, this.#made);
  }

  /** Changes each q in turn to what makes the error least; says whether any changed. */
  sweep(scale: number): boolean {
    const { size, moments } = this.#problem;
    let changed = false;
    for (let k = size - 1; k >= 0; k--) {
      const curve = scale * moments[k * size + k]!;
      const slope = scale * this.#made[k]! - this.#wanted[k]!;
      const now = this.#whole[k]!;
      const step = roundWithin(now - slope / curve, this.#clamp) - now;
      if (step === 0 || step * (2 * slope + step * curve) >= 0) continue;
      this.#whole[k] = now + step;
      addMultiple(moments, k * size, step, this.#made);
      changed = true;
    }
    return changed;
  }

  /** @param target [K] takes q in the order of the weights */
  write(target: Int8Array): void {
    for (const [at, k] of this.#problem.order.entries()) target[k] = this.#whole[at]!;
  }
}

function addMultiple(matrix: Float32Array, at: number, factor: number, target: Float64Array): void {
  for (let j = 0; j < target.length; j++) target[j] = target[j]! + factor * matrix[at + j]!;
}

function multiply({ size, moments }: Problem, vector: Float64Array, result: Float64Array): void {
  for (let k = 0; k < size; k++) result[k] = dotFrom(moments, k * size, vector, 0);
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
