import { describe, expect, it } from 'vitest';
import { holds } from '../../src/auto/judge.ts';
import { outputError } from '../../src/auto/output-error.ts';
import type { ComparedOutput } from '../../src/commands/compare/report.ts';

const output = (change: Partial<ComparedOutput>): ComparedOutput => ({
  name: 'out',
  shape: [1, 4],
  samples: 3,
  equal: false,
  cosine: 0.9,
  worst: { sample: 0, name: 'a', cosine: 0.8 },
  snr: 20,
  maxError: { sample: 0, name: 'a', value: 1 },
  notFinite: { a: 0, b: 0 },
  classScores: '',
  ...change,
});

describe('the error of an output', () => {
  it('is what its mean cosine lacks to 1', () => {
    expect(outputError(output({}))).toBeCloseTo(0.1, 12);
    expect(outputError(output({ equal: true, cosine: 0.999999 }))).toBe(0);
  });

  it("of a single number is half the noise's part of the power", () => {
    // 20 dB: a hundredth.
    expect(outputError(output({ shape: [1, 1], cosine: 1 }))).toBeCloseTo(0.005, 12);
  });

  it('is infinite where there are values that are no numbers', () => {
    for (const change of [{ notFinite: { a: 0, b: 1 } }, { cosine: null }, { shape: [1], snr: null }])
      expect(outputError(output(change))).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('a target', () => {
  const verdict = (error: number, a?: number, b?: number) => ({
    samples: 10,
    outputs: [],
    warnings: [],
    error,
    typical: error,
    logErrors: [],
    ...(a !== undefined && { accuracy: { a: { top1: a }, b: { top1: b! } } as never }),
  });

  it('of cosine holds up to the bound', () => {
    expect(holds({ cosine: 0.9 }, verdict(0.05))).toBe(true);
    expect(holds({ cosine: 0.9 }, verdict(0.11))).toBe(false);
    expect(holds({ cosine: 0.9 }, verdict(Number.POSITIVE_INFINITY))).toBe(false);
    expect(holds({ cosine: 0.9 }, verdict(Number.NaN))).toBe(false);
  });

  it('of accuracy is in points, and needs labels', () => {
    expect(holds({ maxDrop: 1 }, verdict(0.5, 0.9, 0.89))).toBe(true);
    expect(holds({ maxDrop: 1 }, verdict(0.5, 0.9, 0.889))).toBe(false);
    expect(holds({ maxDrop: 1 }, verdict(0))).toBe(false);
    expect(holds({ maxDrop: 1, cosine: 0.9 }, verdict(0.5, 0.9, 0.9))).toBe(false);
  });
});
