import { PoolType } from '@mnnquant/mnn-format';
import { describe, expect, it } from 'vitest';
import { planScales, solveScales } from '../src/solve-scales.ts';
import type { HistogramStatistics } from '../src/solvers/feature-solver.ts';
import { featureSolvers } from '../src/solvers/index.ts';
import { bell } from './bell.ts';
import { everything, type SmallGraph, smallPlan } from './small-graph.ts';

const solver = featureSolvers.KL;
const options = { solver, featureClamp: 127, maxRangeRatio: Number.POSITIVE_INFINITY };

function solve(
  small: SmallGraph,
  seen: Record<number, HistogramStatistics>,
  floatNodes: readonly number[] = [],
) {
  const plan = smallPlan(small);
  const scalePlan = planScales(plan, everything(plan, floatNodes));
  return solveScales(scalePlan, new Map(Object.entries(seen).map(([id, s]) => [Number(id), s])), options);
}

const whole = (absMax: number) => Math.fround(2047.5 / Math.fround(2048 / Math.fround(absMax)) / 127);

describe('solveScales', () => {
  const chain: SmallGraph = {
    inputs: [0],
    outputs: [2],
    nodes: [
      { type: 'Convolution', inputs: [0], outputs: [1] },
      { type: 'Convolution', inputs: [1], outputs: [2] },
    ],
    shapes: { 2: [1, 8, 3, 3] },
  };

  it('takes the maximum of graph inputs and of tensors with little data, and searches otherwise', () => {
    const { tensors } = solve(chain, { 0: bell(1), 1: bell(2), 2: bell(3) });
    expect(tensors.get(0)).toMatchObject({
      method: 'maximum',
      scale: whole(1),
      absMax: 1,
      min: -127,
      max: 127,
    });
    expect(tensors.get(1)).toMatchObject({ method: 'KL', zeroPoint: 0 });
    expect(tensors.get(2)).toMatchObject({ method: 'maximum', scale: whole(3) });
  });

  it('gives a tensor that no sample reached a valid scale, and says so', () => {
    const { tensors } = solve(chain, { 0: bell(1), 1: bell(2) });
    expect(tensors.get(2)).toMatchObject({ method: 'fixed', note: 'no value was seen' });
  });

  it('shares one scale within a group and lists it', () => {
    const concat: SmallGraph = {
      inputs: [0],
      outputs: [3],
      nodes: [
        { type: 'Convolution', inputs: [0], outputs: [1] },
        { type: 'Convolution', inputs: [0], outputs: [2] },
        { type: 'Concat', inputs: [1, 2], outputs: [3] },
      ],
    };
    const { tensors, groups } = solve(concat, { 0: bell(1), 1: bell(2), 2: bell(0.5) });
    const scale = tensors.get(3)?.scale as number;
    expect([1, 2, 3].map((id) => tensors.get(id)?.scale)).toEqual([scale, scale, scale]);
    expect(groups).toEqual([{ id: 1, members: [1, 2, 3], sources: [1, 2], scale }]);
    expect(scale).toBeLessThanOrEqual(whole(2));
    expect(tensors.get(1)?.groupId).toBe(1);
    expect(tensors.get(0)?.groupId).toBeUndefined();
  });

  it('keeps the sides of a float average pool apart, so that the runtime leaves it in float', () => {
    const main = { type: 'Pool', value: { type: PoolType.AVEPOOL } } as never;
    const pooled: SmallGraph = {
      inputs: [0],
      outputs: [3],
      nodes: [
        { type: 'Convolution', inputs: [0], outputs: [1] },
        { type: 'Pooling', inputs: [1], outputs: [2], main },
        { type: 'Convolution', inputs: [2], outputs: [3] },
      ],
    };
    const seen = { 0: bell(1), 1: bell(2), 2: bell(2), 3: bell(1) };
    const apart = solve(pooled, seen, [1]).tensors;
    expect(apart.get(2)?.scale).not.toBe(apart.get(1)?.scale);
    expect(apart.get(2)?.scale).toBeCloseTo(apart.get(1)?.scale as number, 6);
    const together = solve(pooled, seen).tensors;
    expect(together.get(2)?.scale).toBe(together.get(1)?.scale);
  });

  it('leaves room for twice the averages that were seen', () => {
    const main = { type: 'Pool', value: { type: PoolType.AVEPOOL } } as never;
    const pooled: SmallGraph = {
      inputs: [0],
      outputs: [4],
      nodes: [
        { type: 'Convolution', inputs: [0], outputs: [1] },
        { type: 'Pooling', inputs: [1], outputs: [2], main },
        { type: 'Reshape', inputs: [2], outputs: [3] },
        { type: 'Convolution', inputs: [3], outputs: [4] },
      ],
      shapes: { 2: [1, 8, 1, 1], 3: [1, 8, 1, 1], 4: [1, 8, 1, 1] },
    };
    const { tensors } = solve(pooled, { 0: bell(1), 1: bell(9), 2: bell(2), 4: bell(1) }, [1]);
    expect(tensors.get(2)).toMatchObject({ method: 'maximum', scale: Math.fround(2 * whole(2)), absMax: 2 });
    expect(tensors.get(3)?.scale).toBe(tensors.get(2)?.scale);
    expect(tensors.get(4)?.scale).toBe(whole(1));
    const bounded = solve(pooled, { 0: bell(1), 1: bell(2.5), 2: bell(2), 4: bell(1) }, [1]).tensors;
    expect(bounded.get(2)?.scale).toBeCloseTo(1.25 * whole(2), 6);
  });

  it('has a reason for every tensor without a scale', () => {
    const plan = smallPlan({ ...chain, shapes: { 2: [1, 0, 3, 3] } });
    const candidates = everything(plan);
    const withInteger = new Map(plan.descs).set(1, { shape: [4], dtype: 'int32', layout: 'NCHW' });
    const tensors = new Set([...candidates.tensors, 99]);
    const { without } = planScales({ ...plan, descs: withInteger }, { ...candidates, tensors });
    expect([...without]).toEqual([
      [1, 'its values are int32, not float32'],
      [2, 'it is empty'],
      [99, 'it does not occur at these input shapes'],
    ]);
  });
});
