import type { TensorData } from '@mnnquant/graph';
import { describe, expect, it } from 'vitest';
import { AccuracyTally } from '../../src/commands/compare/accuracy.ts';
import { decibels, OutputTally } from '../../src/commands/compare/output-tally.ts';
import { rankClasses } from '../../src/commands/compare/ranking.ts';

const f = (...values: number[]): Float32Array => Float32Array.from(values);

function tallied(classes: number, ...samples: readonly (readonly [TensorData, TensorData])[]) {
  const tally = new OutputTally(classes);
  for (const [i, [a, b]] of samples.entries()) tally.add(i, a, b);
  return tally.result;
}

describe('OutputTally', () => {
  it('has the numbers that come out by hand', () => {
    // cos([3,4],[4,3]) = 24/25; cos([1,0],[1,1]) = 1/sqrt(2); signal 25 + 1, noise 2 + 1.
    const result = tallied(0, [f(3, 4), f(4, 3)], [f(1, 0), f(1, 1)]);
    expect(result.samples).toBe(2);
    expect(result.cosine).toBeCloseTo((24 / 25 + Math.SQRT1_2) / 2, 12);
    expect(result.worst.sample).toBe(1);
    expect(result.worst.value).toBeCloseTo(Math.SQRT1_2, 12);
    expect(result.snr).toBeCloseTo(10 * Math.log10(26 / 3), 12);
    expect(result.maxError).toEqual({ sample: 0, value: 1 });
    expect(result.agreement).toBeUndefined();
  });

  it('calls equal what is equal, also nothing but zeros', () => {
    for (const values of [f(1, -2), f(0, 0)]) {
      const { cosine, snr, maxError } = tallied(0, [values, values]);
      expect([cosine, snr, maxError.value]).toEqual([1, Number.POSITIVE_INFINITY, 0]);
    }
  });

  it('gives zeros against something a cosine of 0, and noise alone no decibels', () => {
    expect(tallied(0, [f(0, 0), f(1, 0)])).toMatchObject({ cosine: 0, snr: Number.NEGATIVE_INFINITY });
    expect(tallied(0, [f(1, 0), f(0, 0)])).toMatchObject({ cosine: 0, snr: 0 });
  });

  it('lets NaN and infinity show, counts them, and takes such a sample for the worst', () => {
    const result = tallied(2, [f(1, 0), f(1, 0)], [f(1, 2), f(1, Number.NaN)], [f(1, 2), f(Infinity, 2)]);
    expect(result.cosine).toBeNaN();
    expect(result.worst).toEqual({ sample: 1, value: Number.NaN });
    expect(result.snr).toBeNaN();
    expect(result.maxError).toEqual({ sample: 1, value: Number.NaN });
    expect(result.notFinite).toEqual({ a: 0, b: 2 });
    // A row with NaN has no answer; the one with infinity has.
    expect(result.agreement!.top1).toBeCloseTo(1 / 3, 12);
  });

  it('compares whole numbers, too', () => {
    expect(tallied(0, [Int32Array.of(3, 4), Int32Array.of(4, 3)]).cosine).toBeCloseTo(24 / 25, 12);
  });

  it('needs a sample', () => {
    expect(() => new OutputTally(0).result).toThrow('expected at least one sample, got none');
  });

  it('counts agreement of the best class, and of the best among five', () => {
    const a = f(9, 8, 7, 6, 5, 4, 3);
    const sixth = f(4.5, 9, 8, 7, 6, 5, 3);
    const second = f(8, 9, 7, 6, 5, 4, 3);
    const { agreement } = tallied(7, [a, a], [a, second], [a, sixth]);
    expect(agreement!.top1).toBeCloseTo(1 / 3, 12);
    expect(agreement!.top5).toBeCloseTo(2 / 3, 12);
  });

  it('has no top-5 for five classes, where all are among them', () => {
    expect(tallied(5, [f(1, 2, 3, 4, 5), f(5, 4, 3, 2, 1)]).agreement).toEqual({
      top1: 0,
      ties: { a: 0, b: 0 },
    });
  });

  it('counts samples whose best score is shared', () => {
    const { agreement } = tallied(3, [f(1, 2, 0), f(2, 2, 0)], [f(1, 1, 1), f(1, 1, 1)]);
    // By index: class 1 against class 0; constant rows have class 0 both.
    expect(agreement).toEqual({ top1: 0.5, ties: { a: 1, b: 2 } });
  });
});

describe('decibels', () => {
  it.each([
    [100, 1, 20],
    [1, 1, 0],
    [0, 0, Number.POSITIVE_INFINITY],
    [1, 0, Number.POSITIVE_INFINITY],
    [0, 1, Number.NEGATIVE_INFINITY],
    [Number.NaN, 1, Number.NaN],
  ])('of %d against %d', (signal, noise, expected) => {
    expect(decibels(signal, noise)).toBe(expected);
  });
});

describe('rankClasses', () => {
  it('puts the largest first, and of equal ones the smaller index', () => {
    expect(rankClasses(f(1, 3, 2, 3, 0), 3)).toEqual({ best: [1, 3, 2], tied: true });
    expect(rankClasses(f(0, 0, 0, 0), 2)).toEqual({ best: [0, 1], tied: true });
    expect(rankClasses(f(-3, -1, -2), 2)).toEqual({ best: [1, 2], tied: false });
  });

  it('takes fewer where there are fewer, and infinity for a number', () => {
    expect(rankClasses(f(7), 5)).toEqual({ best: [0], tied: false });
    expect(rankClasses(f(1, Infinity, -Infinity), 5)).toEqual({ best: [1, 0, 2], tied: false });
  });

  it('has no answer where a score is not a number', () => {
    expect(rankClasses(f(1, Number.NaN, 3), 2)).toEqual({ best: [], tied: false });
  });
});

describe('AccuracyTally', () => {
  it('counts the label in first place and among five', () => {
    const tally = new AccuracyTally(7);
    const scores = f(9, 8, 7, 6, 5, 4, 3);
    for (const label of [0, 4, 5, 0]) tally.add(scores, label);
    expect(tally.result).toEqual({ top1: 0.5, top5: 0.75 });
    expect(tally.likelyOffset).toBeUndefined();
  });

  it('is wrong on a row that is not a number', () => {
    const tally = new AccuracyTally(2);
    tally.add(f(Number.NaN, 1), 1);
    expect(tally.result).toEqual({ top1: 0 });
  });

  it.each([
    [1, 3, 2],
    [-1, 1, 2],
  ] as const)('sees that labels are off by %d', (offset, answer, label) => {
    const tally = new AccuracyTally(4);
    const scores = new Float32Array(4);
    scores[answer] = 1;
    for (let i = 0; i < 4; i++) tally.add(scores, label);
    expect(tally.likelyOffset).toBe(offset);
  });
});
