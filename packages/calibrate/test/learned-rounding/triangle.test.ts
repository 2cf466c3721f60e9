import { describe, expect, it } from 'vitest';
import { choleskyInPlace } from '../../src/learned-rounding/cholesky.ts';
import { roundByNearestPlane } from '../../src/learned-rounding/nearest-plane.ts';
import { multiplyLower, multiplyUpper } from '../../src/learned-rounding/triangle.ts';
import { numbers } from './numbers.ts';

/** [size, size] Σ x xᵀ over more vectors than there are numbers in one. */
function positiveMatrix(random: () => number, size: number): Float64Array {
  const matrix = new Float64Array(size * size);
  for (let n = 0; n < 2 * size; n++) {
    const row = Array.from({ length: size }, random);
    for (let i = 0; i < size; i++) for (let j = 0; j < size; j++) matrix[i * size + j]! += row[i]! * row[j]!;
  }
  return matrix;
}

describe.each([
  [4, 4],
  [12, 4],
  [20, 8],
])('a triangle of %i rows and %i vectors', (size, count) => {
  const random = numbers(size);
  const matrix = positiveMatrix(random, size);
  const factor = matrix.slice();
  choleskyInPlace(factor, size, 1e-12);
  const vectors = Float64Array.from({ length: count * size }, random);
  const upper = (i: number, j: number): number => (j >= i ? factor[i * size + j]! : 0);

  it('times its mirror image is the matrix', () => {
    for (let i = 0; i < size; i++)
      for (let j = 0; j < size; j++) {
        let sum = 0;
        for (let k = 0; k < size; k++) sum += upper(k, i) * upper(k, j);
        expect(sum).toBeCloseTo(matrix[i * size + j]!, 10);
        expect(factor[j * size + i]).toBe(factor[i * size + j]);
      }
  });

  it.each([
    ['multiplies', multiplyUpper, upper],
    ['mirrored multiplies', multiplyLower, (i: number, j: number) => upper(j, i)],
  ])('%s each vector', (_, multiply, at) => {
    const result = new Float64Array(vectors.length);
    multiply(factor, size, vectors, result);
    for (let vector = 0; vector < count; vector++)
      for (let i = 0; i < size; i++) {
        let sum = 0;
        for (let j = 0; j < size; j++) sum += at(i, j) * vectors[vector * size + j]!;
        expect(result[vector * size + i]).toBeCloseTo(sum, 10);
      }
  });

  it('rounds each vector to a point whose residue is within half a step along every axis of the triangle', () => {
    const scales = Float64Array.from({ length: count }, (_, i) => 0.05 + 0.01 * i);
    const matrices = () => new Float64Array(vectors.length);
    const rounding = { targets: vectors, whole: matrices(), errors: matrices(), images: matrices() };
    roundByNearestPlane(factor, size, scales, 1e6, rounding);
    const images = matrices();
    multiplyUpper(factor, size, rounding.errors, images);
    for (const [at, q] of rounding.whole.entries()) {
      const [vector, i] = [Math.floor(at / size), at % size];
      expect(Number.isInteger(q)).toBe(true);
      expect(rounding.errors[at]).toBeCloseTo(q * scales[vector]! - vectors[at]!, 12);
      expect(rounding.images[at]).toBeCloseTo(images[at]!, 10);
      // What makes a point that of Babai: |R e| of row i is at most s R_ii / 2.
      expect(Math.abs(images[at]!)).toBeLessThanOrEqual((scales[vector]! * upper(i, i) * (1 + 1e-9)) / 2);
    }
  });
});

it('a matrix without full rank has a finite triangle', () => {
  const factor = new Float64Array(16).fill(1);
  choleskyInPlace(factor, 4, 1e-9);
  expect(factor.every(Number.isFinite)).toBe(true);
  expect(factor[0]).toBe(1);
});

it('a matrix that rounding has left slightly indefinite has a triangle that is no larger than the matrix', () => {
  const [size, random] = [32, numbers(8)];
  const rows = Array.from({ length: 3 }, () => Array.from({ length: size }, random));
  const factor = new Float64Array(size * size);
  for (let i = 0; i < size; i++)
    for (let j = 0; j < size; j++)
      for (const row of rows) factor[i * size + j]! += row[i]! * row[j]! * (1 + 1e-7 * Math.cos(i * j));
  choleskyInPlace(factor, size, 1e-12);
  expect(Math.max(...factor.map(Math.abs))).toBeLessThan(2);
});

it('what is thrown on the way ends the computation', () => {
  const stop = new Error('stop');
  const matrix = positiveMatrix(numbers(1), 8);
  expect(() =>
    choleskyInPlace(matrix, 8, 1e-9, () => {
      throw stop;
    }),
  ).toThrow(stop);
});
