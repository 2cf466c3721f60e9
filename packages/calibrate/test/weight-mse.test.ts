import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quantizeAdmm } from '../src/weights/admm.ts';
import { quantizeMaxAbs } from '../src/weights/max-abs.ts';
import { quantizeMse } from '../src/weights/mse.ts';
import type { QuantizedWeights, WeightMatrix } from '../src/weights/weight-quantizer.ts';

/** Below this a scale is no normal float32, and none is handed out. */
const SMALLEST = 2 ** -120;

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

/**
 * The least error of one channel over all scales. From the largest scale down weights go from one whole number to the next, one after
 * the other; for those between two of these places the least error is Σ w² - (Σ |w|·q)² / Σ q².
 */
function leastError({ data }: WeightMatrix, clamp: number): number {
  const steps = Array.from(data, Math.abs).flatMap((w) =>
    Array.from({ length: w > 0 ? clamp : 0 }, (_, q) => ({ at: (q + 0.5) / w, w, odd: 2 * q + 1 })),
  );
  const total = data.reduce((sum, w) => sum + w * w, 0);
  let [products, squares, least] = [0, 0, total];
  for (const { w, odd } of steps.sort((a, b) => a.at - b.at)) {
    products += w;
    squares += odd;
    least = Math.min(least, total - products ** 2 / squares);
  }
  return least;
}

/** The error of one channel with a scale. */
function errorWith({ data }: WeightMatrix, scale: number, clamp: number): number {
  let sum = 0;
  for (const w of data) sum += (Math.abs(w) - scale * Math.min(clamp, Math.round(Math.abs(w) / scale))) ** 2;
  return sum;
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
    [127, 9, 1],
    [127, 64, 1],
    [127, 300, 1.001],
    [127, 1000, 1.001],
    [31, 300, 1.001],
    [7, 64, 1],
    [3, 300, 1],
    [1, 300, 1],
    [1, 9, 1],
  ])('no scale is better, clamp %i, %i weights, but for a factor of %f', (clamp, area, factor) => {
    for (const seed of [1, 2, 3, 4]) {
      const row = matrix(bell(area, seed));
      const got = errorOf(row, quantizeMse(row, { clamp }));
      // Scales are float32.
      expect(got).toBeLessThan((factor + 1e-5) * leastError(row, clamp));
    }
  });

  it('of few weights of any kind as well', () => {
    const weights = fc.array(fc.float({ min: -10, max: 10, noNaN: true }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(weights, fc.constantFrom(1, 2, 7, 31, 127), (data, clamp) => {
        const row = matrix(data);
        const most = data.reduce((sum, w) => sum + w * w, 0);
        const error = errorOf(row, quantizeMse(row, { clamp }));
        expect(error).toBeLessThanOrEqual(leastError(row, clamp) * (1 + 1e-4) + 1e-9 * most + SMALLEST ** 2);
      }),
    );
  });

  const outliers = [undefined, 0, 50, 95, 96, 255];
  const everyClamp = Array.from({ length: 127 }, (_, i) => i + 1);

  it.each(outliers)('nor of long channels with every clamp, some with zeros, outlier: %s', (at) => {
    for (const clamp of everyClamp) {
      const row = matrix(bell(256 + (clamp % 45), clamp));
      // So that what is lost by cutting it off, and by not doing so, is alike.
      if (at !== undefined) row.data[at] = (clamp % 2 ? 20 : -60) + clamp / 16;
      if (clamp % 3 === 0) row.data.fill(0, 100, 200);
      const result = quantizeMse(row, { clamp });
      expect(result.scales.every((scale) => scale > 0 && scale < 100)).toBe(true);
      expect(errorOf(row, result)).toBeLessThan((clamp < 32 ? 1.001 : 1.005) * leastError(row, clamp));
    }
  });

  it.each([
    [1, 4608, 1],
    [1, 25088, 3],
    [2, 4608, 3],
    [3, 4608, 1],
    [7, 25088, 1],
    [127, 4608, 1],
  ])('of the long channels of whole layers, clamp %i, %i weights, %i outliers', (clamp, area, count) => {
    for (const first of [3, 90, 2000]) {
      const row = matrix(bell(area, first).map((w) => w / 100));
      for (let i = 0; i < count; i++) row.data[first + i] = 1 - i / 10;
      const errors = Array.from({ length: 800 }, (_, i) => errorWith(row, 2 * 0.99 ** i, clamp));
      expect(errorOf(row, quantizeMse(row, { clamp }))).toBeLessThan(1.001 * Math.min(...errors));
    }
  });

  it('of zeros and one weight, or two, in a long channel', () => {
    for (const clamp of [1, 2, 3, 127]) {
      const row = matrix(Array.from({ length: 5000 }, (_, i) => (i === 77 ? -0.5 : 0)));
      expect(errorOf(row, quantizeMse(row, { clamp }))).toBeLessThan(1e-12);
      row.data[4000] = 1e-30;
      expect(errorOf(row, quantizeMse(row, { clamp }))).toBeLessThan(1e-12);
    }
  });

  it('where nearly all weights lie on a coarser grid than the others', () => {
    const step = 0.01;
    const weights = bell(2000, 5).map((w, i) => step * (i % 100 === 0 ? 37 : 2 * Math.round(w * 10)));
    const row = matrix([...weights, 126 * step]);
    expect(errorOf(row, quantizeMse(row, { clamp: 127 }))).toBeLessThan(1e-9);
  });

  it.each([40, 300, 1200])('finds the grid that weights lie on already, %i of them', (area) => {
    for (const levels of [70, 100, 120, 127]) {
      const row = matrix(bell(area, 7).map((w) => Math.round((w / 6) * levels) * 0.013));
      row.data[3] = levels * 0.013;
      const { scales } = quantizeMse(row, { clamp: 127 });
      expect(scales[0]).toBeCloseTo(0.013, 6);
    }
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
