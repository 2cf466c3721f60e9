import { describe, expect, it } from 'vitest';
import { choleskyInPlace } from '../../src/learned-rounding/cholesky.ts';
import { type Problem, problemOf } from '../../src/learned-rounding/problem.ts';
import { roundOutputs } from '../../src/learned-rounding/round-outputs.ts';
import { numbers, sumsOf } from './numbers.ts';

/** (q s - w)ᵀ H (q s - w), in the plainest way. */
function errorOf(
  { size, order, moments }: Problem,
  weights: ArrayLike<number>,
  q: ArrayLike<number>,
  s: number,
) {
  const off = Array.from(order, (k) => (k < weights.length ? q[k]! * s - weights[k]! : 0));
  let sum = 0;
  for (let i = 0; i < size; i++)
    for (let j = 0; j < size; j++) sum += off[i]! * moments[i * size + j]! * off[j]!;
  return sum;
}

function correlatedRows(random: () => number, size: number, count: number): number[][] {
  return Array.from({ length: count }, () => {
    const common = 2 * random();
    return Array.from({ length: size }, (_, k) => 0.3 * random() + common * (k % 3) + 0.5);
  });
}

function round(problem: Problem, weights: Float32Array, clamp: number) {
  const quantized = new Int8Array(weights.length);
  const [result] = roundOutputs([problem], [{ name: 'conv', weights, quantized }], { clamp });
  return { ...result!, quantized };
}

function nearest(weights: Float32Array, clamp: number) {
  const scale = Math.fround(Math.max(...weights.map(Math.abs)) / clamp);
  return { scale, quantized: Int8Array.from(weights, (w) => Math.sign(w) * Math.round(Math.abs(w) / scale)) };
}

describe('an output whose weights are rounded', () => {
  it.each([1, 3, 7, 127])('is never further off than with MAX_ABS, with weights within ±%i', (clamp) => {
    const random = numbers(clamp);
    let [mine, theirs] = [0, 0];
    for (let size = 1; size <= 24; size++) {
      const weights = Float32Array.from({ length: size }, random);
      const problem = problemOf(sumsOf(correlatedRows(random, size, 3 * size), size), size);
      const { scale, quantized, learned, nearest: told } = round(problem, weights, clamp);
      const plain = nearest(weights, clamp);
      const error = errorOf(problem, weights, quantized, scale);
      const before = errorOf(problem, weights, plain.quantized, plain.scale);
      expect(learned).toBeLessThanOrEqual(told);
      expect(error).toBeCloseTo(learned, 5);
      expect(before).toBeCloseTo(told, 5);
      expect(Math.max(...quantized.map(Math.abs))).toBeLessThanOrEqual(clamp);
      mine += error;
      theirs += before;
    }
    expect(mine).toBeLessThan(0.5 * theirs);
  });

  it('is as good as the best of all roundings with its scale, nearly always where the weights are few', () => {
    const random = numbers(5);
    const clamp = 2;
    let best = 0;
    for (let trial = 0; trial < 60; trial++) {
      const size = 1 + (trial % 4);
      const weights = Float32Array.from({ length: size }, random);
      const problem = problemOf(sumsOf(correlatedRows(random, size, 20), size), size);
      const { scale, learned } = round(problem, weights, clamp);
      let least = Number.POSITIVE_INFINITY;
      for (let code = 0; code < 5 ** size; code++) {
        const q = Array.from({ length: size }, (_, k) => (Math.floor(code / 5 ** k) % 5) - clamp);
        least = Math.min(least, errorOf(problem, weights, q, scale));
      }
      expect(learned).toBeGreaterThanOrEqual(least - 1e-6);
      if (learned <= least + 1e-6) best++;
    }
    expect(best).toBeGreaterThanOrEqual(54);
  });

  it('is rounded to the nearest where inputs have nothing to do with each other', () => {
    const weights = Float32Array.of(1, 0.3, -0.62, 0.11);
    const rows = [0, 1, 2, 3].flatMap((k) =>
      [1, -1].map((sign) => [0, 1, 2, 3].map((j) => (j === k ? sign : 0))),
    );
    const { quantized, scale } = round(problemOf(sumsOf(rows, 4), 4), weights, 7);
    expect([...quantized]).toEqual(
      Array.from(weights, (w) => Math.sign(w) * Math.round(Math.abs(w) / scale)),
    );
  });

  it.each([1, 4, 5, 9])('is the same alone and beside %i others', (others) => {
    const random = numbers(others);
    const size = 13;
    const problem = problemOf(sumsOf(correlatedRows(random, size, 40), size), size);
    const outputs = Array.from({ length: others + 1 }, (_, i) => ({
      name: 'conv',
      // One of them has nothing but zeros.
      weights: Float32Array.from({ length: size }, () => (i === 1 ? 0 : (i + 1) * random())),
      quantized: new Int8Array(size),
    }));
    const together = roundOutputs([problem], outputs, { clamp: 7 });
    for (const [i, { weights, quantized }] of outputs.entries())
      expect({ ...together[i]!, quantized }).toEqual(round(problem, weights, 7));
  });

  it('cannot be made better by another whole weight, where the sweeps came to an end', () => {
    const random = numbers(21);
    const [size, clamp] = [10, 20];
    let settled = 0;
    for (let trial = 0; trial < 20; trial++) {
      const weights = Float32Array.from({ length: size }, random);
      const problem = problemOf(sumsOf(correlatedRows(random, size, 30), size), size);
      const { quantized, scale, learned } = round(problem, weights, clamp);
      const changed = Array.from(quantized).flatMap((q, k) =>
        [q - 1, q + 1]
          .filter((other) => Math.abs(other) <= clamp)
          .map((other) => errorOf(problem, weights, quantized.with(k, other), scale)),
      );
      if (Math.min(...changed) >= learned * (1 - 1e-9)) settled++;
    }
    // The scale is fitted after the sweeps, and a weight may then be better elsewhere.
    expect(settled).toBeGreaterThanOrEqual(16);
  });

  it('with parts is what each part is on its own, but for the one scale', () => {
    const random = numbers(9);
    const weights = Float32Array.from({ length: 8 }, random);
    const problems = [0, 1].map(() => problemOf(sumsOf(correlatedRows(random, 4, 30), 4), 4));
    const quantized = new Int8Array(8);
    const [one] = roundOutputs(problems, [{ name: 'conv', weights, quantized }], { clamp: 7 });
    const { scale, learned } = one!;
    const errors = problems.map((one, i) =>
      errorOf(one, weights.subarray(4 * i, 4 * i + 4), quantized.subarray(4 * i, 4 * i + 4), scale),
    );
    expect(errors[0]! + errors[1]!).toBeCloseTo(learned, 5);
  });

  it.each([
    ['nothing was seen', []],
    ['one sample was seen', [[1, 2, 3, 4]]],
    [
      'inputs are constant',
      [
        [1, 2, 3, 4],
        [1, 2, 3, 4],
        [1, 2, 3, 4],
      ],
    ],
    [
      'inputs are zero',
      [
        [0, 0, 0, 0],
        [0, 0, 0, 0],
      ],
    ],
    [
      'inputs are copies of one',
      [
        [1, 1, 1, 1],
        [2, 2, 2, 2],
        [5, 5, 5, 5],
      ],
    ],
    [
      'an input is dead',
      [
        [1, 0, 3, 1],
        [2, 0, 2, 1],
        [5, 0, -1, 4],
      ],
    ],
    [
      'inputs are huge',
      [
        [1e18, -1e18, 3, 1],
        [-2e18, 1e17, 2, 1],
      ],
    ],
  ])('has sensible weights where %s', (_, rows) => {
    const weights = Float32Array.of(0.9, -0.5, 0.25, 0.1);
    const { quantized, scale, learned, nearest: told } = round(problemOf(sumsOf(rows, 4), 4), weights, 127);
    expect(scale).toBeGreaterThan(0);
    expect(learned).toBeLessThanOrEqual(told);
    for (const [k, q] of quantized.entries()) expect(Math.abs(q * scale - weights[k]!)).toBeLessThan(0.3);
  });

  it('of zeros has scale 1 and zeros', () => {
    const problem = problemOf(
      sumsOf(
        [
          [1, 2],
          [2, 1],
        ],
        2,
      ),
      2,
    );
    const { quantized, scale } = round(problem, new Float32Array(2), 127);
    expect([scale, ...quantized]).toEqual([1, 0, 0]);
  });

  it('of tiny weights keeps the smallest scale that the runtime takes', () => {
    const problem = problemOf(
      sumsOf(
        [
          [1, 2],
          [2, 1],
        ],
        2,
      ),
      2,
    );
    const quantized = new Int8Array(2);
    const output = { name: 'conv', weights: Float32Array.of(3e-6, -1e-6), quantized };
    const [one] = roundOutputs([problem], [output], { clamp: 127, smallestScale: 1e-6 });
    expect(one!.scale).toBeGreaterThanOrEqual(Math.fround(1e-6));
    expect([...quantized]).toEqual([3, -1]);
  });

  it('of weights that are not finite is an error that names the layer', () => {
    const problem = problemOf(
      sumsOf(
        [
          [1, 2],
          [2, 1],
        ],
        2,
      ),
      2,
    );
    expect(() => round(problem, Float32Array.of(1, Number.NaN), 127)).toThrow(/^conv: .* is NaN/);
  });
});

describe('the triangle of a matrix', () => {
  it('times itself is the matrix', () => {
    const random = numbers(3);
    const size = 12;
    const rows = correlatedRows(random, size, 40);
    const matrix = new Float64Array(size * size);
    for (const row of rows)
      for (let i = 0; i < size; i++)
        for (let j = 0; j < size; j++) matrix[i * size + j] = matrix[i * size + j]! + row[i]! * row[j]!;
    const factor = matrix.slice();
    choleskyInPlace(factor, size, 1e-12);
    for (let i = 0; i < size; i++)
      for (let j = i; j < size; j++) {
        expect(factor[j * size + i]).toBe(factor[i * size + j]);
        let sum = 0;
        for (let k = 0; k <= i; k++) sum += factor[k * size + i]! * factor[k * size + j]!;
        expect(sum).toBeCloseTo(matrix[i * size + j]!, 8);
      }
  });
});
