import { describe, expect, it } from 'vitest';
import type { HistogramStatistics } from '../src/solvers/feature-solver.ts';
import { featureSolvers } from '../src/solvers/index.ts';

const { KL } = featureSolvers;
const options = { clamp: 127, threshold: 'search' } as const;

function statistics(change: Partial<HistogramStatistics>): HistogramStatistics {
  return { counts: new Float64Array(KL.observation.bins), absMax: 0, finite: 100, nonFinite: 0, ...change };
}

function singleBin(bin: number, count: number): Float64Array {
  const counts = new Float64Array(KL.observation.bins);
  counts[bin] = count;
  return counts;
}

describe('scales of degenerate tensors', () => {
  it.each([
    ['all zero', statistics({}), Math.fround(1 / 127), 'all values were zero'],
    ['nothing seen', statistics({ finite: 0 }), Math.fround(1 / 127), 'no value was seen'],
    [
      'nothing finite',
      statistics({ finite: 0, nonFinite: 5 }),
      Math.fround(1 / 127),
      'all 5 values were NaN or infinite',
    ],
    ['tiny', statistics({ absMax: 1e-5 }), Math.fround(1e-5 / 127), 'no value was above 0.00001'],
    ['subnormal', statistics({ absMax: 1e-44 }), 2 ** -100, 'no value was above 1e-44'],
  ])('%s', (_, seen, scale, note) => {
    expect(KL.solve(seen, options)).toMatchObject({ scale, note });
  });

  it('keeps a constant tensor in range', () => {
    const { scale } = KL.solve(statistics({ absMax: 0.25, counts: singleBin(2047, 100) }), options);
    expect(scale * 127).toBeGreaterThan(0.24);
    expect(scale * 127).toBeLessThan(0.26);
  });

  it('leaves NaN and infinities out and says so', () => {
    const solution = KL.solve(statistics({ absMax: 2, nonFinite: 3, counts: singleBin(2047, 97) }), options);
    expect(Number.isFinite(solution.scale)).toBe(true);
    expect(solution.note).toContain('3 of 103 values were NaN or infinite and left out');
  });

  it('uses the whole range where the maximum is asked for', () => {
    const seen = statistics({ absMax: 4, counts: singleBin(3, 100) });
    const { scale, method } = KL.solve(seen, { clamp: 100, threshold: 'maximum' });
    expect(method).toBe('maximum');
    expect(scale).toBe(Math.fround((2047.5 * 4) / 2048 / 100));
  });
});
