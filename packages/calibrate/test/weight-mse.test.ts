import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quantizeAdmm } from '../src/weights/admm.ts';
import { quantizeMaxAbs } from '../src/weights/max-abs.ts';
import { quantizeMse } from '../src/weights/mse.ts';
import type { QuantizedWeights, WeightMatrix } from '../src/weights/weight-quantizer.ts';

const matrix = (data: readonly number[], channels = 1): WeightMatrix => ({
  data: Float32Array.from(data),
  channels,
  name: 'conv1',
});

/** Squared error of what is written. */
function errorOf({ data, channels }: WeightMatrix, { quantized, scales }: QuantizedWeights): number {
  const area = data.length / channels;
  return data.reduce((sum, w, i) => sum + (w - quantized[i]! * scales[Math.floor(i / area)]!) ** 2, 0);
}

/** The least error of one channel over 20000 scales. */
function leastError({ data }: WeightMatrix, clamp: number): number {
  const largest = data.reduce((most, w) => Math.max(most, Math.abs(w)), 0);
  let least = Number.POSITIVE_INFINITY;
  for (let i = 1; i <= 20_000; i++) {
    const scale = ((i / 20_000) * 1.2 * largest) / clamp;
    let error = 0;
    for (const w of data)
      error += (Math.abs(w) - Math.min(clamp, Math.round(Math.abs(w) / scale)) * scale) ** 2;
    least = Math.min(least, error);
  }
  return least;
}

/** Bell-shaped, the same on every machine. */
function bell(count: number, seed: number): number[] {
  let state = seed;
  const uniform = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  return Array.from({ length: count }, () => Array.from({ length: 12 }, uniform).reduce((a, b) => a + b, -6));
}

describe('weights MSE', () => {
  it.each([
    [127, 9],
    [127, 300],
    [31, 300],
    [7, 64],
    [3, 300],
    [1, 300],
    [1, 9],
  ])('hardly any scale is better, clamp %i, %i weights', (clamp, area) => {
    const rows = [1, 2, 3, 4].map((seed) => matrix(bell(area, seed)));
    const [got, least] = [
      rows.map((row) => errorOf(row, quantizeMse(row, { clamp }))),
      rows.map((row) => leastError(row, clamp)),
    ];
    const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);
    expect(sum(got)).toBeLessThan(1.1 * sum(least));
  });

  it('is never worse than MAX_ABS and ADMM', () => {
    const weights = fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(weights, fc.constantFrom(1, 3, 7, 127), (data, clamp) => {
        const row = matrix(data);
        const error = errorOf(row, quantizeMse(row, { clamp }));
        // The sum is taken in another order here.
        const most = Math.min(
          errorOf(row, quantizeMaxAbs(row, { clamp })),
          errorOf(row, quantizeAdmm(row, { clamp })),
        );
        expect(error).toBeLessThanOrEqual(most * (1 + 1e-6) + 1e-12);
      }),
    );
  });

  it('zeros, one value and tiny values', () => {
    expect(quantizeMse(matrix([0, -0, 0]), { clamp: 127 })).toEqual({
      quantized: new Int8Array(3),
      scales: Float32Array.of(1),
    });
    for (const clamp of [1, 127]) {
      const one = matrix([0.3, -0.3, 0.3]);
      expect(errorOf(one, quantizeMse(one, { clamp }))).toBeLessThan(1e-12);
    }
    const tiny = matrix([1e-9, 2e-9, -3e-9]);
    expect(quantizeMse(tiny, { clamp: 127 }).quantized.some((q) => q !== 0)).toBe(true);
    expect(quantizeMse(tiny, { clamp: 127, smallestScale: Math.fround(1e-6) }).scales[0]).toBe(
      Math.fround(1e-6),
    );
  });

  it('a weight that is not finite is an error with its place', () => {
    const data = [1, 2, Number.NaN, 4];
    expect(() => quantizeMse(matrix(data, 2), { clamp: 127 })).toThrow(
      'conv1: weight 0 of output channel 1 is NaN',
    );
  });
});
