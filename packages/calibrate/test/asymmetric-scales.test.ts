import { describe, expect, it } from 'vitest';
import { planScales, type SolveOptions, solveScales } from '../src/solve-scales.ts';
import { clippedRange } from '../src/solvers/clipped-range.ts';
import type { FeatureSolver, HistogramStatistics } from '../src/solvers/feature-solver.ts';
import { featureSolvers } from '../src/solvers/index.ts';
import { bell } from './bell.ts';
import { everything, type SmallGraph, smallPlan } from './small-graph.ts';

const chain: SmallGraph = {
  inputs: [0],
  outputs: [2],
  nodes: [
    { type: 'Convolution', inputs: [0], outputs: [1] },
    { type: 'Convolution', inputs: [1], outputs: [2] },
  ],
};
type Range = NonNullable<HistogramStatistics['range']>;

/** The scale of the tensor between two convolutions. */
function scaleOf(range: Range, options: Partial<SolveOptions> = {}) {
  const plan = smallPlan(chain);
  const scalePlan = planScales(plan, everything(plan));
  const absMax = Math.max(-range.min, range.max);
  const statistics = new Map([0, 1, 2].map((tensor) => [tensor, { ...bell(absMax), range }]));
  const solver: FeatureSolver<HistogramStatistics> = featureSolvers.MAX;
  const given = { featureClamp: 127, maxRangeRatio: Number.POSITIVE_INFINITY, asymmetric: true, ...options };
  return solveScales(scalePlan, statistics, { solver: solver as FeatureSolver, ...given }).tensors.get(1)!;
}

describe('a range to one side', () => {
  it('of values that are not negative begins at the lowest level', () => {
    const range = { min: 0, max: 4 };
    expect(scaleOf(range)).toMatchObject({
      scale: Math.fround(4 / 254),
      zeroPoint: -127,
      min: -127,
      max: 127,
      range,
    });
    // Zero is on the grid, wherever the values begin.
    expect(scaleOf({ min: 3, max: 4 })).toMatchObject({ zeroPoint: -127, range });
  });

  it('of values that are not positive ends at the highest', () => {
    expect(scaleOf({ min: -4, max: -1 })).toMatchObject({ scale: Math.fround(4 / 254), zeroPoint: 127 });
  });

  it('of both signs holds both ends', () => {
    const { scale, zeroPoint } = scaleOf({ min: -1, max: 4 });
    expect(scale).toBe(Math.fround(5 / 254));
    expect(zeroPoint).toBe(Math.round(1 / scale - 127));
  });

  it('keeps an end that the clip does not reach', () => {
    const { scale, zeroPoint, range } = scaleOf(
      { min: -0.5, max: 4 },
      { solver: featureSolvers.KL as FeatureSolver },
    );
    const symmetric = scaleOf(
      { min: -0.5, max: 4 },
      { solver: featureSolvers.KL as FeatureSolver, asymmetric: false },
    );
    expect(symmetric).toMatchObject({ method: 'KL', zeroPoint: 0 });
    expect(range!.min).toBe(-0.5);
    expect(range!.max).toBeCloseTo(symmetric.scale * 127, 6);
    expect(scale).toBeCloseTo((range!.max + 0.5) / 254, 6);
    expect(zeroPoint).toBeLessThan(-60);
  });

  it('is not given where the kernel knows no zero point, or nobody asked', () => {
    const range = { min: 0, max: 4 };
    const plain = { scale: Math.fround(4 / 127), zeroPoint: 0 };
    expect(scaleOf(range, { centered: new Set([1]) })).toMatchObject(plain);
    expect(scaleOf(range, { asymmetric: false })).toMatchObject(plain);
    expect(scaleOf(range, { asymmetric: false }).range).toBeUndefined();
  });

  it('with a smaller clamp has fewer levels', () => {
    expect(scaleOf({ min: 0, max: 4 }, { featureClamp: 5 })).toMatchObject({
      scale: Math.fround(0.4),
      zeroPoint: -5,
      min: -5,
      max: 5,
    });
  });

  it('of zeros is the documented one', () => {
    expect(scaleOf({ min: 0, max: 0 })).toMatchObject({ zeroPoint: 0, method: 'fixed' });
  });
});

describe('clippedRange', () => {
  it.each([
    [{ min: -3, max: 5 }, 4, { min: -3, max: 4 }],
    [{ min: -6, max: 5 }, 4, { min: -4, max: 4 }],
    [{ min: 1, max: 5 }, 4, { min: 0, max: 4 }],
    [{ min: -0, max: 5 }, 9, { min: 0, max: 5 }],
    [{ min: -5, max: -2 }, 4, { min: -4, max: 0 }],
  ])('%j at %d', (range, clip, expected) => {
    expect(clippedRange(range, clip)).toEqual(expected);
  });
});
