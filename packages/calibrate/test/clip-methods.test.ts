import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hostStatistics } from '../src/observers/host-statistics.ts';
import type { FeatureSolver, HistogramStatistics } from '../src/solvers/feature-solver.ts';
import { HistogramSums } from '../src/solvers/histogram-sums.ts';
import { featureSolvers } from '../src/solvers/index.ts';
import { maxSolver } from '../src/solvers/max.ts';
import { mseClip, mseSolver } from '../src/solvers/mse.ts';
import { percentileClip, percentileSolver } from '../src/solvers/percentile.ts';

const SEARCH = { clamp: 127, threshold: 'search' } as const;

const counted = (counts: readonly number[], range?: HistogramStatistics['range']): HistogramStatistics => ({
  counts: Float64Array.from(counts),
  absMax: counts.length,
  finite: counts.reduce((sum, count) => sum + count, 0),
  nonFinite: 0,
  ...(range && { range }),
});

function seen(values: readonly number[]): HistogramStatistics {
  const desc = { shape: [values.length], dtype: 'float32', layout: 'NCHW' } as const;
  return hostStatistics({ ...desc, data: Float32Array.from(values) }, mseSolver.observation);
}

/** Squared error of values that lie evenly in bins one wide, from the integral of the saw tooth. */
function errorOf(counts: readonly number[], step: number, levels: number): number {
  const integral = (x: number): number => {
    const k = Math.min(levels, Math.round(x / step));
    return (k * step ** 3) / 12 + (x - k * step) ** 3 / 3;
  };
  return counts.reduce((sum, count, i) => sum + count * (integral(i + 1) - integral(i)), 0);
}

const histogram = fc
  .array(fc.nat(1000), { minLength: 40, maxLength: 40 })
  // Few large values, as behind most layers.
  .map((counts) => counts.map((count, i) => Math.floor(count / (1 + (i / 6) ** 2))))
  .filter((counts) => counts[39]! > 0);

describe('the squared error over a histogram', () => {
  it('is the integral over its bins', () => {
    fc.assert(
      fc.property(
        histogram,
        fc.double({ min: 0.05, max: 30, noNaN: true }),
        fc.integer({ min: 1, max: 300 }),
        (counts, step, levels) => {
          const expected = errorOf(counts, step, levels);
          const got = new HistogramSums(Float64Array.from(counts)).rounded(step, levels).error;
          const total = counts.reduce((sum, count, i) => sum + count * (i + 1) ** 2, 0);
          expect(Math.abs(got - expected)).toBeLessThan(1e-12 * total);
        },
      ),
    );
  });
});

describe('MSE', () => {
  it.each([1, 3, 15, 127])('no other clip has a smaller error, clamp %i', (clamp) => {
    fc.assert(
      fc.property(histogram, (counts) => {
        const clip = mseClip(counted(counts), { clamp });
        const found = errorOf(counts, clip / clamp, clamp);
        let least = Number.POSITIVE_INFINITY;
        for (let i = 1; i <= 40 * 20; i++) least = Math.min(least, errorOf(counts, i / 20 / clamp, clamp));
        expect(found).toBeLessThanOrEqual(least * (1 + 1.1e-6));
      }),
      { numRuns: 40 },
    );
  });

  it.each([
    [127, 1],
    [127, 9],
    [60, 30],
  ])('over the bins of a real one no other clip is better, clamp %i', (clamp, spread) => {
    const counts = Array.from({ length: 2048 }, (_, i) =>
      Math.floor((Math.sin(i * i) + 1) * 1000 * Math.exp(-i / (2048 / spread))),
    );
    counts[2047] = 3;
    const clip = mseClip(counted(counts), { clamp });
    const found = errorOf(counts, clip / clamp, clamp);
    let least = Number.POSITIVE_INFINITY;
    for (let i = 1; i <= 2048; i++) least = Math.min(least, errorOf(counts, i / clamp, clamp));
    expect(found).toBeLessThanOrEqual(least * (1 + 1.1e-6));
    if (spread === 30) expect(clip).toBeLessThan(0.9 * 2048);
  });

  it('behind a ReLU there are twice the levels', () => {
    fc.assert(
      fc.property(histogram, (counts) => {
        const clip = mseClip(counted(counts, { min: 0, max: 40 }), { clamp: 2, asymmetric: true });
        const found = errorOf(counts, Math.fround(clip / 4), 4);
        let least = Number.POSITIVE_INFINITY;
        for (let i = 1; i <= 40 * 20; i++) least = Math.min(least, errorOf(counts, i / 20 / 4, 4));
        expect(found).toBeLessThanOrEqual(least * (1 + 1.1e-6));
      }),
      { numRuns: 40 },
    );
  });

  it('cuts off what is far away, and keeps it where steps are cheap', () => {
    const values = [...Array.from({ length: 20_000 }, (_, i) => (i % 100) / 100), 30];
    expect(mseSolver.solve(seen(values), { ...SEARCH, clamp: 7 }).scale * 7).toBeLessThan(2);
    const even = Array.from({ length: 20_000 }, (_, i) => i / 20_000);
    expect(mseSolver.solve(seen(even), SEARCH).scale * 127).toBeCloseTo(1, 1);
  });

  it('does not depend on units', () => {
    const values = Array.from({ length: 3000 }, (_, i) => Math.sin(i * i) ** 5);
    const { scale } = mseSolver.solve(seen(values), SEARCH);
    const other = mseSolver.solve(seen(values.map((x) => x * 1024)), SEARCH);
    expect(other.scale / scale).toBeCloseTo(1024, 3);
  });
});

describe('PERCENTILE', () => {
  it('is the value that so many do not exceed', () => {
    const statistics = { ...counted([0, 50, 30, 15, 5]), finite: 1000 };
    expect(percentileClip(statistics, 100)).toBe(5);
    expect(percentileClip(statistics, 99.5)).toBe(4);
    expect(percentileClip(statistics, 99.75)).toBe(4.5);
    expect(percentileClip(statistics, 98)).toBe(3);
    // The others are zero, and all of them below.
    expect(percentileClip(statistics, 90.05)).toBeCloseTo(1.01, 9);
    expect(percentileClip(statistics, 80)).toBe(0);
  });

  it('is that of sorted values, up to a bin', () => {
    const values = Array.from({ length: 10_000 }, (_, i) => Math.tan(Math.sin(i * i) * 1.5));
    const sorted = values.map(Math.abs).sort((a, b) => a - b);
    for (const percentile of [99.9, 99, 75]) {
      const { scale, method } = percentileSolver.solve(seen(values), { ...SEARCH, percentile });
      expect(method).toBe('PERCENTILE');
      const most = sorted.at(-1)!;
      const exact = sorted[Math.round(percentile * 100) - 1]!;
      expect(Math.abs(scale * 127 - exact)).toBeLessThan((1.5 * most) / 2048);
    }
  });

  it('of zeros gives way to the maximum, and says so', () => {
    const values = [...new Array(900).fill(0), ...new Array(100).fill(2)];
    expect(percentileSolver.solve(seen(values), { ...SEARCH, percentile: 50 })).toEqual({
      scale: Math.fround(2 / 127),
      method: 'maximum',
      note: '50 % of the values are zero; the maximum is used',
    });
  });
});

describe('MAX', () => {
  it('cuts nothing off', () => {
    const { scale, method } = maxSolver.solve(seen([0.5, -3, 2]), { ...SEARCH, clamp: 100 });
    expect([scale, method]).toEqual([Math.fround(0.03), 'maximum']);
  });
});

describe.each(['MSE', 'PERCENTILE', 'MAX'] as const)('%s of values that determine no scale', (name) => {
  const solver: FeatureSolver<HistogramStatistics> = featureSolvers[name];

  it.each([
    ['nothing', [], 'no value was seen'],
    ['zeros', [0, -0, 0], 'all values were zero'],
    ['nothing finite', [Number.NaN, Number.POSITIVE_INFINITY], 'all 2 values were NaN or infinite'],
  ])('%s: a documented scale', (_, values, note) => {
    for (const asymmetric of [false, true])
      expect(solver.solve(seen(values), { ...SEARCH, asymmetric })).toEqual({
        scale: Math.fround(1 / 127),
        method: 'fixed',
        note,
      });
  });

  it.each([1, 127])('a constant is kept, clamp %i', (clamp) => {
    const { scale } = solver.solve(seen(new Array(500).fill(-0.3)), { ...SEARCH, clamp });
    // Half a bin of the histogram.
    expect(Math.abs(scale * clamp - 0.3)).toBeLessThan(0.3 / 2048);
  });

  it('NaN and infinities are left out and told', () => {
    const values = [1, -2, 3, 0.1, 0.2];
    const { scale, note } = solver.solve(seen([...values, Number.NaN, Number.NEGATIVE_INFINITY]), SEARCH);
    expect(scale).toBe(solver.solve(seen(values), SEARCH).scale);
    expect(note).toBe('2 of 7 values were NaN or infinite and left out');
  });

  it('the maximum, where that is asked for', () => {
    const solution = solver.solve(seen([0.1, -2, 0.5]), { ...SEARCH, threshold: 'maximum' });
    expect(solution).toEqual({ scale: Math.fround(2 / 127), method: 'maximum' });
  });

  it('of tensors together is that of their values', () => {
    const [a, b] = [
      [0.1, -0.5, 1],
      [3, -2.5, 0],
    ];
    const merged = solver.merge([seen(a), seen(b)]);
    expect(merged).toMatchObject({ finite: 6, absMax: 3, range: { min: -2.5, max: 3 } });
    const { scale } = solver.solve(merged, { ...SEARCH, threshold: 'maximum' });
    expect(scale).toBe(Math.fround(3 / 127));
  });
});
