import { describe, expect, it } from 'vitest';
import {
  binStart,
  MAGNITUDE_BINS,
  MagnitudeCounts,
  magnitudeBins,
} from '../../src/corrections/magnitudes.ts';

const binOf = magnitudeBins();

describe('bins of magnitudes', () => {
  it('begin where binStart says, an eighth of an octave wide', () => {
    for (let bin = 1; bin < MAGNITUDE_BINS; bin++) {
      expect(binOf(binStart(bin))).toBe(bin);
      expect(binStart(bin + 1) / binStart(bin)).toBeLessThanOrEqual(1 + 1 / 8);
    }
    expect([binStart(8), binStart(9)]).toEqual([2 ** -27, 1.125 * 2 ** -27]);
  });

  it('tell no signs apart, and end with what is next to nothing and enormous', () => {
    expect(binOf(-3.1)).toBe(binOf(3.1));
    expect([0, -0, 1e-30].map(binOf)).toEqual([0, 0, 0]);
    expect([1e30, Number.POSITIVE_INFINITY].map(binOf)).toEqual([MAGNITUDE_BINS - 1, MAGNITUDE_BINS - 1]);
  });

  it('count values by channel, without those that are not finite', () => {
    const counts = new MagnitudeCounts(2);
    const values = Float32Array.of(1, -1, 0, Number.NaN, Number.POSITIVE_INFINITY, 4);
    const bits = new Uint32Array(values.buffer);
    counts.add(0, bits, 0, 4);
    counts.add(1, bits, 4, 6);
    const filled = [...counts.counts.entries()].filter(([, count]) => count > 0);
    expect(filled).toEqual([
      [0, 1],
      [binOf(1), 2],
      [MAGNITUDE_BINS + binOf(4), 1],
    ]);
  });
});
