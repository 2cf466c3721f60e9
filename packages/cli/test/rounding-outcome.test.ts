import { describe, expect, it } from 'vitest';
import { roundingLines, roundingOutcome } from '../src/rounding-outcome.ts';

const layer = { name: 'conv', signal: 100, nearest: 1, learned: 0.1, leftOut: 0 };

describe('what learned rounding gained', () => {
  it('is the mean over layers in dB, and nothing of layers without an error', () => {
    const nothing = { ...layer, signal: 0, nearest: 0, learned: 0 };
    expect(roundingOutcome([layer, nothing])).toEqual({
      layers: [{ op: 'conv', nearest: 20, learned: 30 }, { op: 'conv' }],
      gain: 10,
    });
  });

  it('tells of windows that were left out, and only of these', () => {
    expect(roundingLines(roundingOutcome([layer]))).toHaveLength(1);
    const some = roundingOutcome([
      { ...layer, leftOut: 2 },
      { ...layer, leftOut: 3 },
    ]);
    expect(some.leftOut).toBe(5);
    expect(roundingLines(some)[1]).toContain('5 windows hold values that are not finite');
    expect(roundingLines(roundingOutcome([{ ...layer, leftOut: 1 }]))[1]).toContain('1 window holds a value');
    expect(roundingLines(undefined)).toEqual([]);
  });
});
