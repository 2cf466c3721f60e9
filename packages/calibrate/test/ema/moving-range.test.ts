import { describe, expect, it } from 'vitest';
import { affineGrid, endsOf, movedRange, unionOf } from '../../src/ema/moving-range.ts';

const close = (a: number, b: number) => Math.abs(a - b) <= 2e-6 * Math.max(Math.abs(a), Math.abs(b), 1);

describe('affineGrid', () => {
  // Worked out by hand: s = (max - min) / 254, z = round(-min / s - 127).
  it.each([
    { range: { min: -1, max: 1 }, scale: 2 / 254, zeroPoint: 0 },
    { range: { min: 0, max: 6 }, scale: 6 / 254, zeroPoint: -127 },
    { range: { min: -3, max: 0 }, scale: 3 / 254, zeroPoint: 127 },
    // 0.25 / (1.25 / 254) = 50.8; 50.8 - 127 = -76.2
    { range: { min: -0.25, max: 1 }, scale: 1.25 / 254, zeroPoint: -76 },
    // Zero is always on the grid: 2..4 counts as 0..4.
    { range: { min: 2, max: 4 }, scale: 4 / 254, zeroPoint: -127 },
    { range: { min: -4, max: -2 }, scale: 4 / 254, zeroPoint: 127 },
  ])('$range has zero point $zeroPoint', ({ range, scale, zeroPoint }) => {
    expect(affineGrid(range, 127)).toEqual({ scale: Math.fround(scale), zeroPoint, min: -127, max: 127 });
  });

  it('uses as few steps as the clamp allows', () => {
    // 1 / 2 - 1 = -0.5, rounded away from zero; just below it is 0.
    expect(affineGrid({ min: -1, max: 3 }, 1)).toEqual({ scale: 2, zeroPoint: -1, min: -1, max: 1 });
    expect(affineGrid({ min: -1, max: 2.99 }, 1)?.zeroPoint).toBe(0);
    expect(affineGrid({ min: -7, max: 7 }, 7)).toEqual({ scale: 1, zeroPoint: 0, min: -7, max: 7 });
  });

  it('has none for a range without width', () => {
    expect(affineGrid({ min: 0, max: 0 }, 127)).toBeUndefined();
    expect(affineGrid({ min: -0, max: 0 }, 127)).toBeUndefined();
    expect(affineGrid({ min: 0, max: 1e-40 }, 127)).toBeUndefined();
  });

  it('stays finite for the widest range there is', () => {
    const most = 3.4028234663852886e38;
    for (const clamp of [1, 127]) {
      const grid = affineGrid({ min: -most, max: most }, clamp)!;
      expect(Number.isFinite(Math.fround(grid.scale)) && grid.scale > 0).toBe(true);
      expect(grid.zeroPoint).toBe(0);
    }
  });

  it('keeps the zero point within the clamp for every range', () => {
    for (let i = 0; i < 2000; i++) {
      const min = -(((i * 7919) % 1000) / 333);
      const max = ((i * 104729) % 1000) / 777;
      for (const clamp of [1, 7, 127]) {
        const grid = affineGrid({ min, max }, clamp);
        if (grid === undefined) continue;
        expect(Number.isInteger(grid.zeroPoint)).toBe(true);
        expect(Math.abs(grid.zeroPoint)).toBeLessThanOrEqual(clamp);
      }
    }
  });
});

describe('endsOf', () => {
  it('shifts a range so that zero is a step of it, by half a step at most', () => {
    for (let i = 1; i < 500; i++) {
      const range = { min: -i / 100, max: ((i * 37) % 500) / 60 };
      const grid = affineGrid(range, 127)!;
      const ends = endsOf(grid);
      expect(close(ends.max - ends.min, 254 * grid.scale)).toBe(true);
      expect(Math.abs(ends.min - range.min)).toBeLessThanOrEqual(grid.scale * 0.5001);
      expect(Math.abs(ends.max - range.max)).toBeLessThanOrEqual(grid.scale * 0.5001);
      // What was nudged is left as it is when it is nudged again.
      expect(affineGrid(ends, 127)!.zeroPoint).toBe(grid.zeroPoint);
    }
  });
});

describe('movedRange', () => {
  it('takes the first as it is, then a hundredth of each', () => {
    const first = { min: -1, max: 3 };
    expect(movedRange(undefined, first)).toEqual(first);
    const second = movedRange(first, { min: -2, max: 13 });
    expect(close(second.min, -1.01) && close(second.max, 3.1)).toBe(true);
    const third = movedRange(second, { min: 0, max: 0 });
    expect(close(third.min, -0.9999) && close(third.max, 3.069)).toBe(true);
  });
});

describe('unionOf', () => {
  it('holds every range', () => {
    expect(unionOf([])).toBeUndefined();
    expect(
      unionOf([
        { min: -1, max: 0 },
        { min: 0, max: 5 },
        { min: -0.5, max: 7 },
      ]),
    ).toEqual({ min: -1, max: 7 });
  });
});
