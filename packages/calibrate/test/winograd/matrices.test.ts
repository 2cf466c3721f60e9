import { describe, expect, it } from 'vitest';
import { transformTile, winogradMatrices } from '../../src/winograd/matrices.ts';

/** Seeded numbers between -1 and 1. */
function noise(count: number, seed: number): Float64Array {
  let state = seed;
  return Float64Array.from({ length: count }, () => {
    state = (state * 16807) % 2147483647;
    return 2 * (state / 2147483647) - 1;
  });
}

/** The correlation of a tile with a kernel, as a convolution layer computes it. */
function direct(tile: Float64Array, weights: Float64Array, alpha: number, kernel: number): number[] {
  const unit = alpha - kernel + 1;
  return Array.from({ length: unit * unit }, (_, at) => {
    const [y, x] = [Math.floor(at / unit), at % unit];
    let sum = 0;
    for (let tap = 0; tap < kernel * kernel; tap++)
      sum += weights[tap]! * tile[(y + Math.floor(tap / kernel)) * alpha + x + (tap % kernel)]!;
    return sum;
  });
}

describe('Winograd matrices', () => {
  it.each([
    [2, 3],
    [4, 3],
    [2, 5],
    [3, 2],
    [5, 2],
    [3, 4],
  ])('F(%i, %i) is the convolution', (unit, kernel) => {
    const { alpha, inputT, weight, outputT } = winogradMatrices(unit, kernel);
    const tile = noise(alpha * alpha, 3);
    const weights = noise(kernel * kernel, 5);
    const input = transformTile(inputT, tile, alpha, alpha);
    const product = transformTile(weight, weights, alpha, kernel).map((value, at) => value * input[at]!);
    const output = [...transformTile(outputT, product, unit, alpha)];
    for (const [at, expected] of direct(tile, weights, alpha, kernel).entries())
      expect(output[at]).toBeCloseTo(expected, 10);
  });

  it('are those of the literature for F(2, 3), which MNN uses', () => {
    const { inputT, weight } = winogradMatrices(2, 3);
    const plain = (values: Float64Array): number[] => [...values].map((value) => value + 0);
    expect(plain(inputT)).toEqual([1, 0, -1, 0, 0, 1, 1, 0, 0, -1, 1, 0, 0, -1, 0, 1]);
    expect(plain(weight)).toEqual([1, 0, 0, 0.5, 0.5, 0.5, 0.5, -0.5, 0.5, 0, 0, 1]);
  });
});
