import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { coarseLogarithm, logarithmTable } from '../src/solvers/coarse-logarithm.ts';
import { clippingCosts, coarseKl } from '../src/solvers/kl-coarse.ts';
import { KL_BINS, KL_LEVELS } from '../src/solvers/kl-distribution.ts';
import { klDivergence, klWorkspace } from '../src/solvers/kl-divergence.ts';
import { estimateKl, klSums } from '../src/solvers/kl-estimate.ts';
import { worthwhileEstimates } from '../src/solvers/kl-screen.ts';
import { KlSearch } from '../src/solvers/kl-threshold.ts';
import { createFloatLogarithm } from '../src/solvers/logarithm.ts';

/** Histograms of all sorts: smooth decays, gaps, spikes, few values and many. */
const histograms = fc
  .record({
    decay: fc.double({ min: 0, max: 12, noNaN: true }),
    total: fc.constantFrom(1, 30, 2_000, 1e5, 1e8),
    gap: fc.integer({ min: 1, max: 40 }),
    spikes: fc.array(
      fc.record({
        bin: fc.integer({ min: 0, max: KL_BINS - 1 }),
        share: fc.double({ min: 0, max: 3, noNaN: true }),
      }),
      { maxLength: 6 },
    ),
  })
  .map(({ decay, total, gap, spikes }) => {
    const counts = Float64Array.from({ length: KL_BINS }, (_, bin) =>
      bin % gap === 0 ? Math.floor((total / 300) * Math.exp((-decay * bin) / KL_BINS)) : 0,
    );
    for (const { bin, share } of spikes) counts[bin] = (counts[bin] as number) + Math.floor(share * total);
    return counts;
  });

/** Histograms in which nearly everything is equally good, or rounding has the last word. */
const adversarial: Readonly<Record<string, () => Float64Array>> = {
  nothing: () => new Float64Array(KL_BINS),
  'as many everywhere': () => new Float64Array(KL_BINS).fill(1000),
  'one value a bin': () => new Float64Array(KL_BINS).fill(1),
  'two places': () => filled([3, 1000], [KL_BINS - 1, 1000]),
  'two places, one far more often': () => filled([3, 2e10], [KL_BINS - 1, 1e9]),
  'nearly all at the top, too many for the prior to count beside them': () =>
    filled([0, 5], [KL_BINS - 1, 1e13]),
  'nearly all at the bottom': () => filled([0, 1e13], [900, 1e6], [KL_BINS - 1, 1]),
  'a comb of the coarsest levels': () => Float64Array.from({ length: KL_BINS }, (_, i) => +(i % 16 === 0)),
  'a comb and its half': () => Float64Array.from({ length: KL_BINS }, (_, i) => [9, 0, 4, 0][i % 4]),
  stairs: () => Float64Array.from({ length: KL_BINS }, (_, i) => 2 ** (16 - (i >> 7))),
  'stairs up': () => Float64Array.from({ length: KL_BINS }, (_, i) => 2 ** (i >> 6)),
  'all below the first candidate': () => Float64Array.from({ length: KL_BINS }, (_, i) => +(i < 128)),
  'more than float32 counts': () => Float64Array.from({ length: KL_BINS }, (_, i) => 2 ** 24 + (i % 3)),
};

function filled(...places: readonly [bin: number, count: number][]): Float64Array {
  const counts = new Float64Array(KL_BINS);
  for (const [bin, count] of places) counts[bin] = count;
  return counts;
}

/** Of values of which some may be NaN. */
function smallest(values: Iterable<number>): number {
  return Math.min(...[...values].filter((x) => !Number.isNaN(x)));
}

/** What the search is to find, from every candidate's float32 divergence. */
function exhaustiveThreshold(counts: Float64Array): number {
  const workspace = klWorkspace(counts);
  const values = Array.from({ length: KL_BINS }, (_, i) =>
    i < KL_LEVELS ? NaN : klDivergence(workspace, i),
  );
  return Math.max(KL_LEVELS, values.indexOf(smallest(values)));
}

/** Every candidate's estimate. */
function allEstimates(counts: Float64Array): Float64Array {
  const workspace = klWorkspace(counts);
  const sums = klSums(workspace);
  return new Float64Array(KL_BINS).map((_, i) => (i < KL_LEVELS ? NaN : estimateKl(workspace, sums, i)));
}

describe('KlSearch', () => {
  it('finds with the shortlist what the float32 search over all candidates finds', () => {
    fc.assert(
      fc.property(histograms, (counts) => {
        expect(new KlSearch(counts).threshold()).toBe(exhaustiveThreshold(counts));
      }),
      { numRuns: 30, seed: 2 },
    );
  });

  it('takes the largest threshold whose estimate is within the tolerance of the smallest of all', () => {
    fc.assert(
      fc.property(histograms, fc.constantFrom(0, 1e-4, 0.05), (counts, tolerance) => {
        const estimates = allEstimates(counts);
        const limit = smallest(estimates) * (1 + tolerance);
        const expected = Math.max(
          KL_LEVELS,
          estimates.findLastIndex((x) => x <= limit),
        );
        expect(new KlSearch(counts, tolerance).largestNearBest(KL_LEVELS)).toBe(expected);
      }),
      { numRuns: 60, seed: 3 },
    );
  });

  it('stays within the candidates for histograms that say nothing', () => {
    for (const bin of [0, 127, 128, KL_BINS - 1]) {
      const threshold = new KlSearch(filled([bin, 1000])).threshold();
      expect(threshold).toBeGreaterThanOrEqual(KL_LEVELS);
      expect(threshold).toBeLessThan(KL_BINS);
    }
  });
});

describe('worthwhileEstimates', () => {
  /** Those that the limit lets through must all be there, and exactly; others may. */
  function check(counts: Float64Array, limit: (smallest: number) => number): number {
    const expected = allEstimates(counts);
    const estimates = worthwhileEstimates(klWorkspace(counts), logarithmTable(), limit);
    const most = limit(smallest(expected));
    let found = 0;
    for (let i = 0; i < KL_BINS; i++) {
      if (Number.isNaN(estimates[i])) expect((expected[i] as number) <= most).toBe(false);
      else {
        expect(estimates[i]).toBe(expected[i]);
        found++;
      }
    }
    return found;
  }
  const near = (smallest: number) => Math.max(smallest + 2e-5, smallest * 1.0001);

  it.each(Object.keys(adversarial))('leaves out nothing that is near the best: %s', (name) => {
    const counts = (adversarial[name] as () => Float64Array)();
    check(counts, near);
    check(counts, (smallest) => smallest);
  });

  it('leaves out nothing that is near the best: at random', () => {
    fc.assert(
      fc.property(histograms, (counts) => void check(counts, near)),
      { numRuns: 60, seed: 5 },
    );
  });

  it('looks closely at few candidates of an ordinary tensor', () => {
    const bell = Float64Array.from({ length: KL_BINS }, (_, i) =>
      Math.round(1e5 * Math.exp(-((i / 500) ** 2))),
    );
    expect(check(bell, near)).toBeLessThan(KL_BINS / 10);
  });
});

describe('coarseKl and clippingCosts', () => {
  it('are within 1e-6 of the estimate, and below it by that', () => {
    fc.assert(
      fc.property(histograms, (counts) => compareCoarse(counts)),
      { numRuns: 20, seed: 7 },
    );
    for (const make of Object.values(adversarial)) compareCoarse(make());
  });

  function compareCoarse(counts: Float64Array): void {
    const workspace = klWorkspace(counts);
    const sums = klSums(workspace);
    const table = logarithmTable();
    const costs = clippingCosts(workspace, sums, table);
    for (let candidate = KL_LEVELS; candidate < KL_BINS; candidate += 7) {
      const estimate = estimateKl(workspace, sums, candidate);
      expect(Number.isNaN(costs[candidate])).toBe(Number.isNaN(estimate));
      if (Number.isNaN(estimate)) continue;
      const cost = costs[candidate] as number;
      const search = { workspace, sums, table, cost };
      expect(cost).toBeLessThan(estimate + 1e-6);
      expect(Math.abs(coarseKl({ ...search, most: Infinity }, candidate) - estimate)).toBeLessThan(1e-6);
      // Given up only where the divergence is above what may be.
      expect(coarseKl({ ...search, most: estimate + 1e-6 }, candidate)).toBeLessThan(Infinity);
    }
  }
});

describe('coarseLogarithm', () => {
  it('equals Math.log within 7e-8, over all powers of two and mantissas', () => {
    const table = logarithmTable();
    for (let k = -126; k < 127; k += 11)
      for (let m = 1; m < 2; m += 1 / 4093) {
        const x = m * 2 ** k;
        expect(Math.abs(coarseLogarithm(x, table) - Math.log(x))).toBeLessThan(7e-8);
      }
  });

  it('gives what FloatLogarithm gives for 0', () => {
    expect(coarseLogarithm(0, logarithmTable())).toBeCloseTo(createFloatLogarithm()(0), 12);
  });
});

describe('createFloatLogarithm', () => {
  it('equals Math.log to a few units of double precision', () => {
    const logarithm = createFloatLogarithm();
    for (const x of [
      2 ** -126,
      1e-30,
      0.1,
      0.5,
      Math.SQRT1_2,
      0.999,
      1,
      1.001,
      Math.SQRT2,
      2,
      3,
      1e9,
      3e38,
    ]) {
      const value = Math.fround(x);
      expect(Math.abs(logarithm(value) - Math.log(value))).toBeLessThanOrEqual(
        1e-15 * Math.abs(Math.log(value)),
      );
    }
  });
});
