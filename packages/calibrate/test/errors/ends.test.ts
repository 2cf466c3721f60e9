import { fakeQuantizeData, outsideCount } from '@mnnquant/graph';
import { describe, expect, it } from 'vitest';
import { clippingEnds, overflowEnds } from '../../src/errors/ends.ts';
import { cosineOf, type LayerError, worstFirst } from '../../src/errors/layer-error.ts';

describe('the ends of an int8 range', () => {
  const symmetric = { scale: 0.5, zeroPoint: 0, min: -127, max: 127 };

  it('are half a step inside the last level for overflow, half a step outside for clipping', () => {
    expect(overflowEnds(symmetric)).toEqual({ low: -63.25, high: 63.25 });
    expect(clippingEnds(symmetric)).toEqual({ low: -63.75, high: 63.75 });
  });

  it('move with the zero point', () => {
    const shifted = { scale: 2, zeroPoint: -27, min: -127, max: 127 };
    expect(overflowEnds(shifted)).toEqual({ low: -199, high: 307 });
    expect(clippingEnds(shifted)).toEqual({ low: -201, high: 309 });
  });

  it('count no zero as overflow where an end stands for it', () => {
    const behindRelu = { scale: 2, zeroPoint: -127, min: -127, max: 127 };
    const values = Float32Array.of(0, 0.5, -0.9, -1, 506.9, 507, 508.9, 509);
    const { low, high } = overflowEnds(behindRelu);
    // -1 rounds to -128; 507 to 127, the end; 509 to 128.
    expect(outsideCount(values, low, high)).toBe(4);
    const beyond = clippingEnds(behindRelu);
    expect(outsideCount(values, beyond.low, beyond.high)).toBe(2);
    const negative = overflowEnds({ scale: 2, zeroPoint: 127, min: -127, max: 127 });
    expect(
      outsideCount(
        values.map((x) => -x),
        negative.low,
        negative.high,
      ),
    ).toBe(4);
  });

  it('agree with what rounding does', () => {
    const values = Float32Array.from({ length: 4001 }, (_, i) => (i - 2000) / 25);
    const rounded = values.slice();
    fakeQuantizeData(rounded, symmetric);
    const atEnds = rounded.filter((x) => Math.abs(x) === 63.5).length;
    const { low, high } = overflowEnds(symmetric);
    expect(outsideCount(values, low, high)).toBe(atEnds);
    const moved = values.filter((x, i) => Math.abs(x - (rounded[i] ?? 0)) > 0.25).length;
    const beyond = clippingEnds(symmetric);
    expect(outsideCount(values, beyond.low, beyond.high)).toBe(moved);
  });
});

describe('cosineOf', () => {
  const sums = { squaredError: 0, maxAbsoluteError: 0 };

  it('knows zero vectors, and values that are no numbers', () => {
    expect(cosineOf({ ...sums, dot: 0, squaredA: 0, squaredB: 0 })).toBe(1);
    expect(cosineOf({ ...sums, dot: 0, squaredA: 0, squaredB: 4 })).toBe(0);
    expect(cosineOf({ ...sums, dot: Number.NaN, squaredA: 0, squaredB: Number.NaN })).toBeNaN();
    const infinite = Number.POSITIVE_INFINITY;
    expect(cosineOf({ ...sums, dot: infinite, squaredA: infinite, squaredB: 1 })).toBeNaN();
  });

  it('is never above 1 or below -1, nor lost to large and tiny squares', () => {
    expect(cosineOf({ ...sums, dot: 0.1 * 3, squaredA: 0.3, squaredB: 0.3 })).toBe(1);
    expect(cosineOf({ ...sums, dot: -6e200, squaredA: 4e200, squaredB: 9e200 })).toBeCloseTo(-1, 12);
    expect(cosineOf({ ...sums, dot: 6e-200, squaredA: 4e-200, squaredB: 9e-200 })).toBeCloseTo(1, 12);
  });
});

describe('worstFirst', () => {
  it('has NaN first, then the lowest cosine, then the most overflow, then the order of the network', () => {
    const layers = [
      { op: 'good', cosine: 1 },
      { op: 'bad', cosine: 0.5, overflow: 0.1 },
      { op: 'nan', cosine: Number.NaN },
      { op: 'worse', cosine: 0.5, overflow: 0.2 },
      { op: 'perfect', cosine: 1 },
    ] as LayerError[];
    expect(worstFirst(layers).map(({ op }) => op)).toEqual(['nan', 'worse', 'bad', 'good', 'perfect']);
  });
});
