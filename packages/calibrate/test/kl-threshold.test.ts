import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KL_BINS, KL_LEVELS } from '../src/solvers/kl-distribution.ts';
import { klThreshold } from '../src/solvers/kl-threshold.ts';
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

describe('klThreshold', () => {
  it('finds with the shortlist what the float32 search over all candidates finds', () => {
    fc.assert(
      fc.property(histograms, (counts) => {
        expect(klThreshold(counts)).toBe(klThreshold(counts, true));
      }),
      { numRuns: 30, seed: 2 },
    );
  });

  it('stays within the candidates for histograms that say nothing', () => {
    for (const bin of [0, 127, 128, KL_BINS - 1]) {
      const counts = new Float64Array(KL_BINS);
      counts[bin] = 1000;
      const threshold = klThreshold(counts);
      expect(threshold).toBeGreaterThanOrEqual(KL_LEVELS);
      expect(threshold).toBeLessThan(KL_BINS);
    }
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
