import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ChannelMeans } from '../../src/corrections/channel-means.ts';
import { SampleParts } from '../../src/corrections/sample-parts.ts';

/** Two channels of two values: whole numbers, so that sums are exact. */
function valuesOf(sample: number): number[] {
  return [sample, 2, 3 * sample, 1 - sample];
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** For samples that run group by group. */
function meansFor(...groups: readonly (readonly number[])[]): ChannelMeans {
  return new ChannelMeans(new SampleParts(groups.map((samples) => ({ samples }))));
}

function meansOf(order: readonly number[]): ChannelMeans {
  const means = meansFor(upTo(order.length));
  for (const sample of order)
    means.addValues(sample, Float32Array.from(valuesOf(sample)), { shape: [1, 2, 2], layout: 'NCHW' });
  return means;
}

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
      const means = meansFor(upTo(600));
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

  /** Samples of several shapes in turn: each third one is of the same shape. */
  const inTurn = (count: number) => [0, 1, 2].map((shape) => upTo(count).filter((i) => i % 3 === shape));

  it('completes parts as it goes, also with samples of several shapes in turn', () => {
    const count = 1000;
    const [first, ...others] = inTurn(count) as [number[], ...number[][]];
    const means = meansFor(first, ...others);
    const add = (sample: number) =>
      means.addValues(sample, Float32Array.of(sample), { shape: [1, 1, 1], layout: 'NCHW' });
    for (const sample of first) add(sample);
    // Four to a part: of 334 samples two are left over.
    const parts = means.of(0);
    expect(parts).toHaveLength(84);
    expect(parts.map(({ values }) => values)).toEqual([...new Array(83).fill(4), 2]);
    expect(parts[1]!.mean).toBe((12 + 15 + 18 + 21) / 4);
    for (const sample of others.flat()) add(sample);
    expect(means.of(0)).toHaveLength(250);
    expect(means.of(0).every(({ values }) => values === 4)).toBe(true);
    expect(means.of(0).reduce((sum, { mean }) => sum + 4 * mean, 0)).toBe((count * (count - 1)) / 2);
  });

  it('has up to 256 samples of several shapes in their order', () => {
    const groups = inTurn(256);
    const means = meansFor(...groups);
    for (const sample of groups.flat())
      means.addValues(sample, Float32Array.from(valuesOf(sample)), { shape: [1, 2, 2], layout: 'NCHW' });
    expect(means.of(0)).toEqual(meansOf(upTo(256)).of(0));
  });

  it('has what was seen where samples are missing, and nothing where none was', () => {
    const means = meansFor(upTo(600));
    expect([means.samples, means.channels, means.of(0)]).toEqual([0, 0, []]);
    means.addValues(301, Float32Array.of(4, 6), { shape: [1, 1, 2], layout: 'NCHW' });
    expect([means.samples, means.channels, means.of(0)]).toEqual([1, 1, [{ mean: 5, values: 2 }]]);
  });
});
