import { ValueBuckets } from '@mnnquant/graph';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hostStatistics } from '../src/observers/host-statistics.ts';
import { admmSolver } from '../src/solvers/admm.ts';
import { BucketSums } from '../src/solvers/bucket-sums.ts';

type Draw = () => number;

/** Uniform numbers in [0, 1), the same on every machine. */
function uniform(seed: number): Draw {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

function normal(seed: number): Draw {
  const draw = uniform(seed);
  return () => Array.from({ length: 12 }, draw).reduce((sum, x) => sum + x, -6);
}

function floats(count: number, draw: Draw): Float32Array {
  return Float32Array.from({ length: count }, draw);
}

const DISTRIBUTIONS: Readonly<Record<string, (seed: number) => Float32Array>> = {
  normal: (seed) => floats(40_000, normal(seed)),
  'behind a ReLU': (seed) => floats(40_000, normal(seed)).map((x) => Math.max(0, x)),
  'behind a ReLU6, many at 6': (seed) =>
    floats(40_000, normal(seed)).map((x) => Math.min(6, Math.max(0, 4 * x))),
  'heavy tails': (seed) => floats(40_000, normal(seed)).map((x) => x ** 5),
  uniform: (seed) => floats(40_000, uniform(seed)),
  'tiny values': (seed) => floats(20_000, normal(seed)).map((x) => x * 1e-4),
  'huge values': (seed) => floats(20_000, normal(seed)).map((x) => x * 1e20),
  'few values': (seed) => floats(9, normal(seed)),
  'one far away': (seed) => Float32Array.of(...floats(3000, normal(seed)), 500),
};

/** MNN's rounds over the values themselves, in double precision. */
function direct(values: Float32Array, clamp: number): number {
  const absMax = values.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  let alpha = absMax / (clamp * 2.5);
  for (let round = 0; round < 300; round++) {
    let products = 0;
    let squares = 0;
    for (const x of values) {
      const q = Math.min(clamp, Math.floor(Math.abs(x) / alpha + 0.5));
      products += q * Math.abs(x);
      squares += q * q;
    }
    alpha = products / squares;
  }
  return alpha;
}

function solve(values: Float32Array, clamp: number) {
  const tensor = { shape: [values.length], dtype: 'float32', layout: 'NCHW', data: values } as const;
  const statistics = hostStatistics(tensor, admmSolver.observation);
  if (!('buckets' in statistics)) throw new Error('expected buckets');
  return { statistics, solution: admmSolver.solve(statistics, { clamp, threshold: 'search' }) };
}

describe('ADMM over buckets', () => {
  for (const [title, make] of Object.entries(DISTRIBUTIONS))
    it.each([127, 100, 31, 3, 1])(`is that over the values: ${title}, clamp %i`, (clamp) => {
      const values = make(clamp);
      const { scale, method } = solve(values, clamp).solution;
      const expected = direct(values, clamp);
      expect(method).toBe('ADMM');
      expect(Math.abs(scale - expected) / expected).toBeLessThan(1e-4);
    });

  it('of two tensors together is that of all their values', () => {
    const [a, b] = [floats(9000, normal(3)), floats(9000, normal(4)).map((x) => x * 20)];
    const merged = admmSolver.merge([solve(a, 127).statistics, solve(b, 127).statistics]);
    const together = solve(Float32Array.of(...a, ...b), 127);
    expect([...merged.buckets].map(({ low, count }) => [low, count])).toEqual(
      [...together.statistics.buckets].map(({ low, count }) => [low, count]),
    );
    const { scale } = admmSolver.solve(merged, { clamp: 127, threshold: 'search' });
    expect(scale / together.solution.scale).toBeCloseTo(1, 9);
  });

  it('keeps the maximum where that is asked for', () => {
    const { statistics } = solve(Float32Array.of(0.1, -2, 0.5), 127);
    const { scale, method } = admmSolver.solve(statistics, { clamp: 100, threshold: 'maximum' });
    expect([scale, method]).toEqual([Math.fround(0.02), 'maximum']);
  });
});

describe('a fitted scale', () => {
  it.each(Object.keys(DISTRIBUTIONS))(
    'is that of the thresholds, wherever the last ones lay: %s',
    (title) => {
      const values = (DISTRIBUTIONS[title] as (seed: number) => Float32Array)(5);
      const largest = values.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
      for (const counted of [false, true]) {
        const buckets = new ValueBuckets();
        buckets.addValues(values);
        if (counted) buckets.reach(0);
        const sums = new BucketSums(buckets);
        const cuts = new Int32Array(100);
        for (const stretch of [2.5, 1, 0.999, 1.3, 0.2, 40, 1]) {
          const alpha = largest / (cuts.length * stretch);
          let [products, squares] = [0, 0];
          for (let k = 1; k <= cuts.length; k++) {
            const { count, sum } = sums.above((k - 0.5) * alpha);
            products += sum;
            squares += (2 * k - 1) * count;
          }
          expect(sums.fittedScale(alpha, cuts)).toBe(products / squares);
        }
      }
    },
  );
});

describe('degenerate values', () => {
  it.each([
    ['nothing', [], 'no value was seen'],
    ['zeros', [0, -0, 0], 'all values were zero'],
    ['nothing finite', [Number.NaN, Number.POSITIVE_INFINITY], 'all 2 values were NaN or infinite'],
  ])('%s: a documented scale', (_, values, note) => {
    const { solution } = solve(Float32Array.from(values), 127);
    expect(solution).toEqual({ scale: Math.fround(1 / 127), method: 'fixed', note });
  });

  it('NaN and infinities are left out and told', () => {
    const plain = solve(Float32Array.of(1, -2, 3), 127).solution;
    const { solution } = solve(Float32Array.of(1, Number.NaN, -2, 3, Number.NEGATIVE_INFINITY), 127);
    expect(solution.scale).toBe(plain.scale);
    expect(solution.note).toBe('2 of 5 values were NaN or infinite and left out');
  });

  it.each([1, 127])('a constant: it is kept, clamp %i', (clamp) => {
    const { scale } = solve(new Float32Array(50).fill(-0.3), clamp).solution;
    const q = Math.min(clamp, Math.round(0.3 / scale));
    expect(q * scale).toBeCloseTo(0.3, 6);
  });
});

describe('what lies above a threshold', () => {
  const magnitudes = fc.array(fc.float({ min: 0, max: 1e6, noNaN: true }), { maxLength: 200 });

  it('is exact at the edges of buckets, and at most a bucket off elsewhere', () => {
    fc.assert(
      fc.property(magnitudes, fc.float({ min: Math.fround(1e-3), max: 1e6, noNaN: true }), (list, at) => {
        const values = Float32Array.from(list);
        const buckets = new ValueBuckets();
        buckets.addValues(values);
        const { count, sum } = new BucketSums(buckets).above(at);
        const width = at / 512;
        const surely = values.filter((x) => x >= at + width).length;
        const possibly = values.filter((x) => x > at - width).length;
        expect(count).toBeGreaterThanOrEqual(surely - 1e-9);
        expect(count).toBeLessThanOrEqual(possibly + 1e-9);
        expect(sum).toBeGreaterThanOrEqual(-1e-6);
      }),
      { numRuns: 300 },
    );
  });

  it('of everything is the count and the sum of everything', () => {
    fc.assert(
      fc.property(magnitudes, (list) => {
        const values = Float32Array.from(list).filter((x) => x > 0);
        const buckets = new ValueBuckets();
        buckets.addValues(values);
        const { count, sum } = new BucketSums(buckets).above(0);
        expect(count).toBe(values.length);
        const total = values.reduce((all, x) => all + x, 0);
        expect(Math.abs(sum - total)).toBeLessThanOrEqual(1e-9 * total);
      }),
    );
  });
});
