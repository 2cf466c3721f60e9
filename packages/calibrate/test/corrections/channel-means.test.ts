import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ChannelMeans } from '../../src/corrections/channel-means.ts';

/** Two channels of two values: whole numbers, so that sums are exact. */
function valuesOf(sample: number): number[] {
  return [sample, 2, 3 * sample, 1 - sample];
}

function meansOf(order: readonly number[]): ChannelMeans {
  const means = new ChannelMeans(order.length);
  for (const sample of order)
    means.addValues(sample, Float32Array.from(valuesOf(sample)), { shape: [1, 2, 2], layout: 'NCHW' });
  return means;
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

describe('ChannelMeans', () => {
  it('keeps up to 256 samples apart', () => {
    const means = meansOf(upTo(256));
    expect(means.of(1)).toEqual(upTo(256).map((i) => ({ mean: (2 * i + 1) / 2, values: 2 })));
    expect([means.samples, means.channels]).toEqual([256, 2]);
  });

  it('takes more together, a few that follow each other, and loses none', () => {
    for (const count of [257, 300, 511, 512, 513, 1000]) {
      const means = meansOf(upTo(count));
      const parts = means.of(0);
      const per = Math.ceil(count / 256);
      expect(means.samples).toBe(count);
      expect(parts).toHaveLength(Math.ceil(count / per));
      // The first ones' values are sample and 2.
      expect(parts[0]).toEqual({ mean: ((per - 1) / 2 + 2) / 2, values: 2 * per });
      const sum = parts.reduce((total, { mean, values }) => total + mean * values, 0);
      expect(sum).toBeCloseTo((count * (count - 1)) / 2 + 2 * count, 6);
      expect(parts.reduce((total, { values }) => total + values, 0)).toBe(2 * count);
    }
  });

  it('does not depend on who came first', () => {
    const shuffled = fc.shuffledSubarray(upTo(600), { minLength: 600 });
    const values = upTo(600).map((i) => Float32Array.of(Math.sin(i), 1 / (i + 1)));
    const of = (order: readonly number[]) => {
      const means = new ChannelMeans(600);
      for (const i of order) means.addValues(i, values[i]!, { shape: [1, 1, 2], layout: 'NCHW' });
      return means.of(0);
    };
    const expected = of(upTo(600));
    fc.assert(
      fc.property(shuffled, (order) => {
        expect(of(order)).toEqual(expected);
      }),
      { numRuns: 20 },
    );
  });

  it('has what was seen where samples are missing, and nothing where none was', () => {
    const means = new ChannelMeans(600);
    expect([means.samples, means.channels, means.of(0)]).toEqual([0, 0, []]);
    means.addValues(301, Float32Array.of(4, 6), { shape: [1, 1, 2], layout: 'NCHW' });
    expect([means.samples, means.channels, means.of(0)]).toEqual([1, 1, [{ mean: 5, values: 2 }]]);
  });
});
