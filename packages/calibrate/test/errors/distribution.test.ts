import { describe, expect, it } from 'vitest';
import { type Distribution, DistributionCounter } from '../../src/errors/distribution.ts';

function count(...parts: readonly (readonly number[])[]): Distribution {
  const counter = new DistributionCounter();
  for (const part of parts) counter.add(Float32Array.from(part));
  return counter.distribution!;
}

/** The bin of a value, found by the ends that are told. */
function binOf({ min, max, counts }: Distribution, x: number): number {
  return Math.floor((x - min) / ((max - min) / counts.length));
}

const ramp = Array.from({ length: 1000 }, (_, i) => Math.fround((i - 300) / 7));

describe('a distribution', () => {
  it('has every value in the bin whose ends are around it', () => {
    const found = count(ramp);
    const expected = new Array<number>(found.counts.length).fill(0);
    for (const x of ramp) expected[binOf(found, x)]!++;
    expect(found.counts).toEqual(expected);
    expect(found.counts.length).toBeGreaterThan(100);
    expect(found.counts.length).toBeLessThanOrEqual(200);
    expect(found).toMatchObject({ lowest: ramp[0], highest: ramp[999], count: 1000, notFinite: 0 });
    const width = (found.max - found.min) / found.counts.length;
    expect(found.min).toBeLessThanOrEqual(ramp[0]!);
    expect(ramp[0]! - found.min).toBeLessThan(width);
    expect(found.max).toBeGreaterThan(ramp[999]!);
    expect(found.max - ramp[999]!).toBeLessThanOrEqual(width);
  });

  it('has mean and deviation', () => {
    // 1, 2, …, 8: mean 4.5, variance (64 - 1) / 12.
    const found = count([1, 2, 3], [4, 5, 6, 7, 8]);
    expect(found.mean).toBeCloseTo(4.5, 12);
    expect(found.deviation).toBeCloseTo(Math.sqrt(63 / 12), 12);
    // Large beside what varies.
    const far = count([1e6 + 1, 1e6 + 2], [1e6 + 3]);
    expect(far.deviation).toBeCloseTo(Math.sqrt(2 / 3), 6);
  });

  it('is the same in parts, in whatever order the range grows', () => {
    const whole = count(ramp);
    const parts = [ramp.slice(290, 310), ramp.slice(310), ramp.slice(0, 290)];
    const { counts, min, max } = count(...parts);
    expect({ counts, min, max }).toEqual({ counts: whole.counts, min: whole.min, max: whole.max });
    const backwards = count(...[...ramp].reverse().map((x) => [x]));
    expect(backwards.counts).toEqual(whole.counts);
  });

  it('has zero at the end of a bin, and nothing below it behind a ReLU', () => {
    const found = count(ramp.map((x) => Math.max(0, x)));
    expect(found.min).toBe(0);
    expect(found.counts[0]).toBeGreaterThanOrEqual(301);
  });

  it.each([0, 1, -3.7, 1e30, -1e-40])('around the constant %f has one bin', (value) => {
    const x = Math.fround(value);
    const found = count([x, x], [x]);
    expect(found.counts).toEqual([3]);
    expect(found.min).toBeLessThan(x);
    expect(found.max).toBeGreaterThan(x);
    expect(found).toMatchObject({ lowest: x, highest: x, deviation: 0 });
    expect(found.mean).toBeCloseTo(x, 12);
  });

  it('tells values that are next to each other apart', () => {
    const next = Math.fround(1 + 2 ** -23);
    const { counts } = count([1, 1, next]);
    expect(counts.filter((one) => one > 0)).toEqual([2, 1]);
  });

  it('counts numbers that are not finite apart', () => {
    const found = count([Number.NaN, 1, Number.POSITIVE_INFINITY], [2, Number.NEGATIVE_INFINITY]);
    expect(found).toMatchObject({ notFinite: 3, count: 2, mean: 1.5, lowest: 1, highest: 2 });
    expect(found.counts.reduce((a, b) => a + b)).toBe(2);
  });

  it('takes the ends of float32', () => {
    const largest = 3.4028234663852886e38;
    const found = count([-largest, largest, 1e-45, 0]);
    expect(found.counts.reduce((a, b) => a + b)).toBe(4);
    expect(found.counts[0]).toBe(1);
    expect(found.counts.at(-1)).toBe(1);
  });

  it('of nothing is none', () => {
    const counter = new DistributionCounter();
    expect(counter.distribution).toBeUndefined();
    counter.add(Float32Array.of(Number.NaN));
    counter.add(new Float32Array(0));
    expect(counter.distribution).toBeUndefined();
    expect(counter.notFinite).toBe(1);
  });
});
