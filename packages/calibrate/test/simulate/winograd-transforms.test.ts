import { expect, it } from 'vitest';
import { resultTransform, sourceTransform } from '../../../graph/src/int8/winograd-transforms.ts';
import { winogradMatrices } from '../../src/winograd/index.ts';

/** Whole numbers, with which float32 is exact. */
const LINE = [3, -5, 7, 11, -2, 9];

it.each([
  [2, 3],
  [3, 2],
  [2, 5],
  [3, 4],
  [4, 3],
  [5, 2],
])('the transforms of F(%i,%i) are products with its matrices', (unit, kernel) => {
  const { alpha, inputT, outputT } = winogradMatrices(unit, kernel);
  const line = LINE.slice(0, alpha);
  const product = (matrix: Float64Array, rows: number) =>
    Array.from({ length: rows }, (_, row) =>
      line.reduce((sum, value, k) => sum + matrix[row * alpha + k]! * value, 0),
    );
  const source = new Float32Array(alpha);
  sourceTransform(alpha, 'here')(Float32Array.from(line), 0, 1, source, 0, 1);
  expect([...source]).toEqual(product(inputT, alpha));
  const result = new Float32Array(unit);
  resultTransform(alpha, unit, 'here')(Float32Array.from(line), 0, 1, result, 0, 1);
  expect([...result]).toEqual(product(outputT, unit));
});

it('other tiles are refused', () => {
  expect(() => sourceTransform(8, 'conv1')).toThrow('conv1: expected Winograd tiles of 4 or 6 pixels, got 8');
  expect(() => resultTransform(8, 6, 'conv1')).toThrow('got 8');
});
