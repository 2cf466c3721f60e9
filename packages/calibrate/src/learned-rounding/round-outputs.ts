import { channelAbsMax, writableScale } from '../weights/grid.ts';
import type { WeightQuantizeOptions } from '../weights/weight-quantizer.ts';
import { Part } from './part.ts';
import type { Problem } from './problem.ts';
import { padded } from './tile.ts';

/** First scales to be tried, from that with which nothing is cut off down to a share of it. */
const STEPS = 40;
const SMALLEST_SHARE = 0.4;
/** Rounds of: round with a scale, then take the scale that is best for what was rounded. */
const ROUNDS = 2;
/** Weights of an output for which there is one round only: another gains little and takes as long again. */
const ONE_ROUND = 512;

/** One output whose weights are rounded: w ≈ quantized * scale. */
export interface RoundedOutput {
  /** A float32. */
  readonly scale: number;
  /** wᵀ H w, and the errors (q s - w)ᵀ H (q s - w) of MAX_ABS and of what was learned, which is never above. */
  readonly signal: number;
  readonly nearest: number;
  readonly learned: number;
}

/** Weights of an output, and where the whole numbers go. */
export interface OutputWeights {
  /** For messages. */
  readonly name: string;
  /** [K] */
  readonly weights: Float32Array;
  /** [K] takes the result, within ±clamp. */
  readonly quantized: Int8Array;
}

/**
 * Rounds the weights of outputs so that what they compute changes little. Each is rounded for itself; many at a time are faster.
 *
 * The scale is first that with the least error as long as weights are rounded to the nearest, then that which fits what was rounded.
 *
 * @param problems one for each equal part of the weights
 * @throws {WeightError} naming an output whose weights are not finite
 */
export function roundOutputs(
  problems: readonly Problem[],
  outputs: readonly OutputWeights[],
  options: WeightQuantizeOptions,
): RoundedOutput[] {
  const search = new Search(problems, outputs, options);
  search.chooseScales();
  const rounds = outputs.some(({ weights }) => weights.length > ONE_ROUND) ? 1 : ROUNDS;
  for (let round = 0; round < rounds; round++) search.learn();
  return search.best;
}

/** The weights of MAX_ABS, for outputs of whose inputs nothing is known: no energies. */
export function roundNearest(
  problems: readonly Problem[],
  outputs: readonly OutputWeights[],
  options: WeightQuantizeOptions,
): RoundedOutput[] {
  const { best } = new Search(problems, outputs, options);
  return best.map(({ scale }) => ({ scale, signal: 0, nearest: 0, learned: 0 }));
}

/** Outputs side by side, each in a lane. Begins with the weights of MAX_ABS. */
class Search {
  /** By lane: the best so far; its whole numbers were written. */
  readonly best: RoundedOutput[];
  /** By part and lane. */
  readonly #pieces: readonly (readonly OutputWeights[])[];
  readonly #parts: readonly Part[];
  /** By lane: the scale with which nothing is cut off; 0 where all weights are. */
  readonly #largest: readonly number[];
  /** By lane: that which is tried next. */
  readonly #scales: Float64Array;
  readonly #writable: (scale: number) => number;

  constructor(
    problems: readonly Problem[],
    outputs: readonly OutputWeights[],
    options: WeightQuantizeOptions,
  ) {
    const { clamp } = options;
    this.#writable = (scale) => writableScale(scale, options);
    this.#largest = outputs.map(
      ({ name, weights }) => channelAbsMax({ data: weights, channels: 1, name }, 0, weights.length) / clamp,
    );
    this.#pieces = piecesOf(problems, outputs);
    this.#parts = this.#pieces.map((pieces, i) => {
      const weights = pieces.map((piece) => piece.weights);
      return new Part(problems[i]!, weights, clamp);
    });
    // Lanes without an output have weights that are 0, as outputs may: those are right with any scale.
    this.#scales = new Float64Array(padded(outputs.length)).fill(1);
    for (const [lane, largest] of this.#largest.entries())
      if (largest > 0) this.#scales[lane] = this.#writable(largest);
    for (const part of this.#parts) part.nearest(this.#scales);
    this.best = outputs.map((_, lane) => {
      const nearest = totalOf(this.#parts, ({ energies }) => energies[lane]!);
      const signal = totalOf(this.#parts, ({ signals }) => signals[lane]!);
      return { scale: this.#scales[lane]!, signal, nearest, learned: nearest };
    });
    for (const lane of outputs.keys()) this.#write(lane);
  }

  chooseScales(): void {
    for (const [lane, largest] of this.#largest.entries())
      if (largest > 0) this.#scales[lane] = firstScale(this.#parts, lane, largest, this.#writable);
  }

  /** Rounds with the scales, takes those that fit the result, and keeps what is better than before. */
  learn(): void {
    for (const part of this.#parts) part.learn(this.#scales);
    for (const [lane, before] of this.best.entries()) {
      const { scale, error } = refit(this.#parts, lane, this.#scales[lane]!, this.#writable);
      this.#scales[lane] = scale;
      if (!(error < before.learned)) continue;
      this.best[lane] = { ...before, scale, learned: error };
      this.#write(lane);
    }
  }

  #write(lane: number): void {
    for (const [i, part] of this.#parts.entries()) part.write(lane, this.#pieces[i]![lane]!.quantized);
  }
}

/** By part: the part of each output. */
function piecesOf(problems: readonly Problem[], outputs: readonly OutputWeights[]): OutputWeights[][] {
  return problems.map((_, part) =>
    outputs.map(({ name, weights, quantized }) => {
      const size = weights.length / problems.length;
      const [from, to] = [part * size, (part + 1) * size];
      return { name, weights: weights.subarray(from, to), quantized: quantized.subarray(from, to) };
    }),
  );
}

/** The scale with the least error if the inputs had nothing to do with each other. */
function firstScale(
  parts: readonly Part[],
  lane: number,
  largest: number,
  writable: (scale: number) => number,
): number {
  let [best, least] = [writable(largest), Number.POSITIVE_INFINITY];
  for (let step = 0; step <= STEPS; step++) {
    const scale = writable(largest * (1 - ((1 - SMALLEST_SHARE) * step) / STEPS));
    let error = 0;
    for (const part of parts) if (error < least) error += part.diagonalError(lane, scale, least - error);
    if (error < least) [best, least] = [scale, error];
  }
  return best;
}

/** The best scale for whole numbers that were learned with another. */
function refit(
  parts: readonly Part[],
  lane: number,
  scale: number,
  writable: (scale: number) => number,
): { readonly scale: number; readonly error: number } {
  const bends = parts.map((part) => part.bend(lane, scale));
  const slope = bends.reduce((sum, one) => sum + one.slope, 0);
  const curve = bends.reduce((sum, one) => sum + one.curve, 0);
  const error = totalOf(parts, ({ energies }) => energies[lane]!);
  const fitting = curve > 0 && slope < scale * curve ? writable(scale - slope / curve) : scale;
  const change = fitting - scale;
  const gain = -change * (2 * slope + change * curve);
  return gain > 0 ? { scale: fitting, error: Math.max(0, error - gain) } : { scale, error };
}

function totalOf(parts: readonly Part[], of: (part: Part) => number): number {
  return parts.reduce((sum, part) => sum + of(part), 0);
}
