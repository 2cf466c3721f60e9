import { describe, expect, it, vi } from 'vitest';
import { SolveAhead } from '../src/solve-ahead.ts';
import { planScales, solveScales } from '../src/solve-scales.ts';
import type { FeatureSolver } from '../src/solvers/feature-solver.ts';
import { featureSolvers } from '../src/solvers/index.ts';
import { bell } from './bell.ts';
import { everything, type SmallGraph, smallPlan } from './small-graph.ts';

const KL = featureSolvers.KL;
const CLAMP = 127;

const CONCAT: SmallGraph = {
  inputs: [0],
  outputs: [4],
  nodes: [
    { type: 'Convolution', inputs: [0], outputs: [1] },
    { type: 'Convolution', inputs: [0], outputs: [2] },
    { type: 'Concat', inputs: [1, 2], outputs: [3] },
    { type: 'Convolution', inputs: [3], outputs: [4] },
  ],
};

function setUp() {
  const plan = smallPlan(CONCAT);
  const scalePlan = planScales(plan, everything(plan, []));
  const solve = vi.fn(KL.solve);
  const solver = { ...KL, solve } as FeatureSolver;
  return { scalePlan, solve, ahead: new SolveAhead(scalePlan, solver, { featureClamp: CLAMP }) };
}

describe('SolveAhead', () => {
  it('solves a group when the last of its sources is told, and not again at the end', () => {
    const { scalePlan, solve, ahead } = setUp();
    ahead.tell(1, bell(1));
    expect(solve).toHaveBeenCalledTimes(0);
    ahead.tell(2, bell(3));
    expect(solve).toHaveBeenCalledTimes(1);
    ahead.tell(0, bell(2));
    ahead.tell(4, bell(5));
    expect(solve).toHaveBeenCalledTimes(3);
    const given = { featureClamp: CLAMP, maxRangeRatio: Number.POSITIVE_INFINITY };
    const early = solveScales(scalePlan, ahead.statistics, { ...given, solver: ahead.solver });
    expect(solve).toHaveBeenCalledTimes(3);
    expect(early).toEqual(solveScales(scalePlan, ahead.statistics, { ...given, solver: KL }));
  });

  it('changes nothing where ranges break ties at the end', () => {
    const { scalePlan, ahead } = setUp();
    for (const [tensor, absMax] of [
      [0, 2],
      [1, 1],
      [2, 300],
      [4, 5],
    ])
      ahead.tell(tensor!, bell(absMax!));
    const given = { featureClamp: CLAMP, maxRangeRatio: 10 };
    const early = solveScales(scalePlan, ahead.statistics, { ...given, solver: ahead.solver });
    expect(early.brokenTies).toHaveLength(1);
    expect(early).toEqual(solveScales(scalePlan, ahead.statistics, { ...given, solver: KL }));
  });
});
