import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { losesLess } from '../../src/auto/loses-less.ts';

const logs = (...errors: number[]): number[] => errors.map(Math.log);
const bad = Number.POSITIVE_INFINITY;

describe('whether settings lose less', () => {
  it('takes 3 % of the geometric mean where every sample agrees', () => {
    expect(losesLess(logs(0.096, 0.0096), logs(0.1, 0.01))).toBe(true);
    expect(losesLess(logs(0.098, 0.0098), logs(0.1, 0.01))).toBe(false);
    expect(losesLess(logs(0.096), logs(0.1))).toBe(true);
  });

  it('takes no gain within twice its standard error', () => {
    // Gains of log 4, log 1/2: mean log(2) / 2 = 0.35, standard error log(8) / 2 = 1.04.
    expect(losesLess(logs(0.1, 0.1), logs(0.4, 0.05))).toBe(false);
    // Four times as many samples of the same kind halve the error and a little more: 0.19 with 32, 0.09 with 128.
    const [one, than] = [logs(0.1, 0.1), logs(0.4, 0.05)];
    const many = (values: number[], times: number): number[] =>
      Array.from({ length: times }).flatMap(() => values);
    expect(losesLess(many(one, 16), many(than, 16))).toBe(false);
    expect(losesLess(many(one, 64), many(than, 64))).toBe(true);
  });

  it('compares samples in pairs: that they differ from each other does not count', () => {
    const samples = logs(1e-4, 1e-1, 1e-3, 3e-2);
    expect(
      losesLess(
        samples.map((value) => value - 0.1),
        samples,
      ),
    ).toBe(true);
  });

  it('takes anything before what is not a number, or is nothing', () => {
    for (const worst of [[], [bad, bad], [0, bad]]) {
      expect(losesLess([-1, -1], worst)).toBe(true);
      expect(losesLess(worst, [-1, -1])).toBe(false);
      expect(losesLess(worst, worst)).toBe(false);
    }
  });

  it('never holds both ways', () => {
    const values = fc.array(fc.double({ min: -12, max: 2, noNaN: true }), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(values, values, (a, b) => {
        expect(losesLess(a, b) && losesLess(b, a)).toBe(false);
      }),
    );
  });
});
