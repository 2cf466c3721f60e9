import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mergeStatistics } from '../src/observers/merge.ts';
import { addRebinned } from '../src/observers/rebin.ts';

const counts = fc
  .array(fc.nat(10_000), { minLength: 16, maxLength: 16 })
  .map((list) => Float64Array.from(list));
const range = fc.double({ min: 1e-3, max: 1e3, noNaN: true });

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

/** Cumulative count of a histogram over [0, max], interpolated at x. */
function cumulative(histogram: Float64Array, max: number, x: number): number {
  const at = Math.min(histogram.length, (x / max) * histogram.length);
  const whole = Math.floor(at);
  return sum(histogram.subarray(0, whole)) + (histogram[whole] ?? 0) * (at - whole);
}

describe('addRebinned', () => {
  it('keeps the total, whole non-negative counts, and the distribution to half a value', () => {
    fc.assert(
      fc.property(counts, range, fc.double({ min: 1, max: 50, noNaN: true }), (source, from, ratio) => {
        const target = new Float64Array(source.length);
        const to = from * ratio;
        addRebinned(source, from, target, to);
        expect(sum(target)).toBe(sum(source));
        expect(target.every((count) => Number.isInteger(count) && count >= 0)).toBe(true);
        for (let bin = 1; bin <= target.length; bin++) {
          const edge = (bin * to) / target.length;
          expect(Math.abs(sum(target.subarray(0, bin)) - cumulative(source, from, edge))).toBeLessThan(0.51);
        }
      }),
    );
  });

  it('copies when the range stays', () => {
    fc.assert(
      fc.property(counts, range, (source, max) => {
        const target = new Float64Array(source.length);
        addRebinned(source, max, target, max);
        expect(target).toEqual(source);
      }),
    );
  });

  it('puts what has no range into the first bin', () => {
    const target = new Float64Array(4);
    addRebinned(Float64Array.of(3, 0, 0, 0), 0, target, 2);
    expect([...target]).toEqual([3, 0, 0, 0]);
  });

  it('halves exactly when the range doubles', () => {
    const target = new Float64Array(4);
    addRebinned(Float64Array.of(1, 2, 3, 4), 1, target, 2);
    expect([...target]).toEqual([3, 7, 0, 0]);
  });

  it('refuses to narrow', () => {
    expect(() => addRebinned(new Float64Array(4), 2, new Float64Array(4), 1)).toThrow(/from 2 to 1/);
  });
});

describe('mergeStatistics', () => {
  it('adds up over the widest range', () => {
    const merged = mergeStatistics(
      [
        { counts: Float64Array.of(1, 2, 3, 4), absMax: 1, finite: 12, nonFinite: 1 },
        { counts: Float64Array.of(0, 0, 0, 5), absMax: 2, finite: 5, nonFinite: 0 },
      ],
      4,
    );
    expect(merged).toEqual({
      counts: Float64Array.of(3, 7, 0, 5),
      absMax: 2,
      finite: 17,
      nonFinite: 1,
      // Of these only |x| was told.
      range: { min: -2, max: 2 },
    });
  });
});
