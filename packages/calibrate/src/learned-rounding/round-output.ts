import { channelAbsMax, writableScale } from '../weights/grid.ts';
import type { WeightQuantizeOptions } from '../weights/weight-quantizer.ts';
import { Part } from './part.ts';
import type { Problem } from './problem.ts';

/** First scales to be tried, from that with which nothing is cut off down to a share of it. */
const STEPS = 40;
const SMALLEST_SHARE = 0.4;
/** Rounds of: round with a scale, then take the scale that is best for what was rounded. */
const ROUNDS = 2;
/** Weights of an output for which there is one round only: another gains little and takes as long again. */
const ONE_ROUND = 512;
/** Passes over the weights of an output in each round. */
const SWEEPS = 3;

/** One output whose weights are rounded: w ≈ quantized * scale. */
export interface RoundedOutput {
  /** A float32. */
  readonly scale: number;
  /** wᵀ H w, and the errors (q s - w)ᵀ H (q s - w) of MAX_ABS and of what was learned, which is never above. */
  readonly signal: number;
  readonly nearest: number;
  readonly learned: number;
}

/**
 * Rounds the weights of an output so that what it computes changes little.
 *
 * The scale is first that with the least error as long as weights are rounded to the nearest, then that which fits what was rounded.
 *
 * @param problems one for each equal part of the weights
 * @param weights [K]
 * @param quantized [K] takes the result, within ±clamp
 */
export function roundOutput(
  problems: readonly Problem[],
  weights: Float32Array,
  options: WeightQuantizeOptions & { readonly name: string },
  quantized: Int8Array,
): RoundedOutput {
  const { clamp } = options;
  const most = channelAbsMax({ data: weights, channels: 1, name: options.name }, 0, weights.length);
  if (most === 0) {
    quantized.fill(0);
    return { scale: 1, signal: 0, nearest: 0, learned: 0 };
  }
  const size = weights.length / problems.length;
  const parts = problems.map((one, i) => new Part(one, weights.subarray(i * size, (i + 1) * size), clamp));
  const output = new Output(parts, (scale) => writableScale(scale, options));
  const maxAbs = writableScale(most / clamp, options);
  output.nearest(maxAbs);
  const nearest = output.error;
  let best = nearest;
  let scale = maxAbs;
  output.write(quantized);
  let next = output.firstScale(most / clamp);
  const rounds = weights.length > ONE_ROUND ? 1 : ROUNDS;
  for (let round = 0; round < rounds; round++) {
    const tried = next;
    output.learn(tried);
    next = output.refit();
    if (output.error < best) {
      [best, scale] = [output.error, output.scale];
      output.write(quantized);
    }
    if (next === tried) break;
  }
  return { scale, signal: output.signal, nearest, learned: best };
}

/** The parts of an output, with one scale. */
class Output {
  scale = 1;
  readonly signal: number;
  readonly #parts: readonly Part[];
  readonly #writable: (scale: number) => number;

  constructor(parts: readonly Part[], writable: (scale: number) => number) {
    this.#parts = parts;
    this.#writable = writable;
    this.signal = this.#sum(({ signal }) => signal);
  }

  get error(): number {
    return this.#errorOf(this.scale);
  }

  firstScale(largest: number): number {
    let [best, least] = [this.#writable(largest), Number.POSITIVE_INFINITY];
    for (let step = 0; step <= STEPS; step++) {
      const scale = this.#writable(largest * (1 - ((1 - SMALLEST_SHARE) * step) / STEPS));
      const error = this.#sum((part) => part.diagonalError(scale));
      if (error < least) [best, least] = [scale, error];
    }
    return best;
  }

  nearest(scale: number): void {
    this.scale = scale;
    for (const part of this.#parts) part.nearest(scale);
  }

  learn(scale: number): void {
    this.scale = scale;
    for (const part of this.#parts) {
      part.nearestPlane(scale);
      for (let sweep = 0; sweep < SWEEPS; sweep++) if (!part.sweep(scale)) break;
    }
  }

  /** Takes the best scale for these whole numbers; says which that is. */
  refit(): number {
    const [along, squared] = [this.#sum((part) => part.along), this.#sum((part) => part.squared)];
    if (!(along > 0 && squared > 0)) return this.scale;
    const fitting = this.#writable(along / squared);
    if (this.#errorOf(fitting) < this.error) this.scale = fitting;
    return this.scale;
  }

  write(quantized: Int8Array): void {
    const size = quantized.length / this.#parts.length;
    for (const [i, part] of this.#parts.entries()) part.write(quantized.subarray(i * size, (i + 1) * size));
  }

  #errorOf(scale: number): number {
    const [along, squared] = [this.#sum((part) => part.along), this.#sum((part) => part.squared)];
    return Math.max(0, scale * scale * squared - 2 * scale * along + this.signal);
  }

  #sum(of: (part: Part) => number): number {
    return this.#parts.reduce((sum, part) => sum + of(part), 0);
  }
}
