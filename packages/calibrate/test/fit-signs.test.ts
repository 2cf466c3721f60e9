import { createTable, UnaryOpOperation } from '@mnnquant/mnn-format';
import { describe, expect, it } from 'vitest';
import { fitSigns } from '../src/ties/fit-signs.ts';
import { smallPlan } from './small-graph.ts';

const unary = (opType: number, input: number, output: number) =>
  ({
    type: 'UnaryOp',
    inputs: [input],
    outputs: [output],
    main: { type: 'UnaryOp', value: createTable('UnaryOp', { opType }) },
  }) as const;

const plan = smallPlan({
  inputs: [0],
  outputs: [1, 3],
  nodes: [unary(UnaryOpOperation.SIGN, 0, 1), unary(UnaryOpOperation.ABS, 0, 3)],
});

/** The scale that a group gets, of members and a scale of its own. */
function fitted(members: readonly number[], scale: number, zeroPoint = 0) {
  const group = { id: members[0]!, members, sources: members };
  const before = { scale, zeroPoint, min: -127, max: 127, method: 'EMA', absMax: 1 } as const;
  return fitSigns(plan, [{ group, scale: before }])[0]!.scale;
}

describe('fitSigns', () => {
  it('leaves scales in which 1 and -1 have a place', () => {
    expect(fitted([1], Math.fround(1 / 127))).toMatchObject({ scale: Math.fround(1 / 127), zeroPoint: 0 });
    expect(fitted([1], 0.5, 100)).toMatchObject({ scale: 0.5, zeroPoint: 100 });
  });

  it('widens those in which one runs over a byte', () => {
    expect(fitted([1], 0.001)).toMatchObject({ scale: Math.fround(1 / 127), zeroPoint: 0 });
    // Samples of ones only: 0 at the lower end, where -1 would come out as +155.
    expect(fitted([1], 1 / 254, -127)).toMatchObject({ scale: Math.fround(1 / 127), zeroPoint: 0 });
    expect(fitted([1], 0.01, 60)).toMatchObject({ scale: 0.01, zeroPoint: 0 });
  });

  it('widens all that shares the scale, and nothing else', () => {
    expect(fitted([0, 1], 0.001).scale).toBe(Math.fround(1 / 127));
    expect(fitted([3], 0.001).scale).toBe(0.001);
  });
});
