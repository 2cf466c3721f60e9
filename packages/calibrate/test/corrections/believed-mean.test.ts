import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { believedMean } from '../../src/corrections/believed-mean.ts';

const of = (means: readonly number[], values = 1) => means.map((mean) => ({ mean, values }));

describe('the mean that is believed', () => {
  it("is the float network's where every sample has the same error", () => {
    expect(believedMean(of([3, 5, 9]), of([2, 4, 8]))).toBeCloseTo(17 / 3, 12);
  });

  it('is the int8 one where samples contradict each other', () => {
    expect(believedMean(of([3, 3, 9, 7]), of([4, 2, 8, 8]))).toBe(5.5);
    // The mean error is 1/3; its standard error 4/3.
    expect(believedMean(of([0, 0, 0]), of([3, -1, -3]))).toBeCloseTo(-1 / 3, 12);
  });

  it('goes the share 1 - e² / d² of the way between', () => {
    // Errors 1, 2, 3: d = 2, their variance 1, so e² = 1/3 and the share is 1 - 1/12.
    expect(believedMean(of([1, 2, 3]), of([0, 0, 0]))).toBeCloseTo(2 * (11 / 12), 12);
    // Errors 0 and 4: d = 2, e² = 8/2 = 4: nothing is left.
    expect(believedMean(of([0, 4]), of([0, 0]))).toBe(0);
  });

  it('lies between both means, whatever the samples are', () => {
    const mean = fc.double({ min: -1e3, max: 1e3, noNaN: true });
    const sample = fc.tuple(mean, mean, fc.integer({ min: 1, max: 100 }));
    fc.assert(
      fc.property(fc.array(sample, { minLength: 1, maxLength: 20 }), (samples) => {
        const total = samples.reduce((sum, [, , values]) => sum + values, 0);
        const meanOf = (at: 0 | 1) => samples.reduce((sum, one) => sum + one[at] * one[2], 0) / total;
        const believed = believedMean(
          samples.map(([float, , values]) => ({ mean: float, values })),
          samples.map(([, int8, values]) => ({ mean: int8, values })),
        );
        const [low, high] = [Math.min(meanOf(0), meanOf(1)), Math.max(meanOf(0), meanOf(1))];
        expect(believed).toBeGreaterThanOrEqual(low - 1e-9);
        expect(believed).toBeLessThanOrEqual(high + 1e-9);
      }),
    );
  });

  it('weighs samples by how many values they have', () => {
    const [float, int8] = [
      [
        { mean: 1, values: 30 },
        { mean: 5, values: 10 },
      ],
      [
        { mean: 0, values: 30 },
        { mean: 4, values: 10 },
      ],
    ];
    expect(believedMean(float!, int8!)).toBeCloseTo(2, 12);
  });

  it('of one sample is believed, and is not a number where there is none or some value is not finite', () => {
    expect(believedMean(of([2]), of([1]))).toBe(2);
    expect(believedMean([], [])).toBeNaN();
    for (const broken of [Number.NaN, Number.POSITIVE_INFINITY])
      expect(believedMean(of([broken, 1]), of([1, 1]))).toBeNaN();
  });
});
