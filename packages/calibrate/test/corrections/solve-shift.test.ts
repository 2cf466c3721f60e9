import type { GraphNode } from '@mnnquant/graph';
import { describe, expect, it } from 'vitest';
import { PARTS, type ResultGrid } from '../../src/corrections/fine-convolution.ts';
import { shiftedBias } from '../../src/corrections/shifted-bias.ts';
import { FINE_BINS, fineBin, solveShift } from '../../src/corrections/solve-shift.ts';

const grid: ResultGrid = { scale: 0.5, zero: 0, low: -127, high: 127 };

/** Results in steps, without the zero point. */
function counts(steps: readonly number[], zero = 0): Uint32Array {
  const result = new Uint32Array(FINE_BINS);
  for (const one of steps) result[fineBin(one * PARTS, zero)]! += 1;
  return result;
}

/** Evenly spread, so that rounding averages out. */
const spread = (from: number, to: number) =>
  Array.from({ length: (to - from) * PARTS }, (_, i) => from + i / PARTS);

describe('solveShift', () => {
  it('moves spread results by the difference of the means', () => {
    expect(solveShift(counts(spread(-10, 10)), 1.5, grid, 8)).toBeCloseTo(1.5, 1);
    expect(solveShift(counts(spread(20, 40)), 29, grid, 8)).toBeCloseTo(-1, 1);
  });

  it('takes ReLU into account: half of the results stay 0', () => {
    const rectified = { ...grid, low: 0 };
    // Over [-10, 10) the mean of max(x + d, 0) is (10 + d)² / 40.
    expect(solveShift(counts(spread(-10, 10)), 12 ** 2 / 40, rectified, 8)).toBeCloseTo(2, 1);
  });

  it('counts from the zero point', () => {
    const shifted = { ...grid, zero: -100 };
    expect(Math.abs(solveShift(counts(spread(-10, 10), -100), -99, shifted, 8) - 1)).toBeLessThan(0.1);
  });

  it('is bounded, and nothing without results or a mean', () => {
    expect(solveShift(counts(spread(0, 10)), 1000, grid, 8)).toBeLessThanOrEqual(8);
    expect(solveShift(counts(spread(0, 10)), -1000, grid, 8)).toBeGreaterThanOrEqual(-8);
    expect(solveShift(counts([]), 3, grid, 8)).toBe(0);
    expect(solveShift(counts([1, 2]), Number.NaN, grid, 8)).toBe(0);
    // Nothing can change a mean that ReLU cuts off by far.
    expect(solveShift(counts([-50, -60]), 0, { ...grid, low: 0 }, 8)).toBe(0);
  });

  it('puts what lies far out into the last bins', () => {
    expect([fineBin(-1e6, 0), fineBin(1e6, 0)]).toEqual([0, FINE_BINS - 1]);
  });
});

describe('shiftedBias', () => {
  const node = (depthwise: boolean) =>
    ({
      attributes: {
        op: { depthwise },
        weightScales: Float32Array.of(0.5, 0.25, 0),
        inputs: [{ scale: 0.5, zeroPoint: 0, min: -127, max: 127 }],
      },
    }) as unknown as GraphNode;

  it('adds the steps in real numbers', () => {
    const bias = shiftedBias(node(false), Float32Array.of(1, 2, 3), Float64Array.of(1, -2, 0), grid);
    expect([...bias]).toEqual([1.5, 1, 3]);
  });

  it('moves a depthwise bias by whole steps of its sums, which cutting off leaves alone', () => {
    // Steps of 1/4 and 1/8.
    const bias = shiftedBias(node(true), Float32Array.of(1.1, -0.1, 3), Float64Array.of(1.25, -1.2, 0), grid);
    // trunc(1.1 / 0.25) = 4, and 0.625 are 2.5 steps, 3 of them; trunc(-0.1 / 0.125) = 0, and 0.6 are 5.
    expect([Math.trunc(bias[0]! / 0.25), Math.trunc(bias[1]! / 0.125)]).toEqual([7, -5]);
    expect(bias[2]).toBe(3);
  });

  it('has the smallest scale that MNN computes with', () => {
    const bias = shiftedBias(node(true), Float32Array.of(0, 0, 0), Float64Array.of(0, 0, 1), grid);
    expect(bias[2]).toBeCloseTo(0.5, 5);
  });
});
