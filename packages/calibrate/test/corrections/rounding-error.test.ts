import { describe, expect, it } from 'vitest';
import { MagnitudeCounts } from '../../src/corrections/magnitudes.ts';
import { roundingError } from '../../src/corrections/rounding-error.ts';

const STEPS = 127;

/** What `roundingError` knows of these channels. */
function rangesOf(channels: readonly (readonly number[])[]) {
  const magnitudes = new MagnitudeCounts(channels.length);
  for (const [c, values] of channels.entries())
    magnitudes.add(c, new Uint32Array(Float32Array.from(values).buffer), 0, values.length);
  const largest = Float64Array.from(channels, (values) => Math.max(...values.map(Math.abs)));
  return { largest, power: new Float64Array(channels.length), negative: false, magnitudes };
}

/** The error of rounding these values, each channel divided by its factor and weighted, with the best of many clips. */
function measured(
  channels: readonly (readonly number[])[],
  weights: readonly number[],
  factors: readonly number[],
): number {
  const range = Math.max(...channels.map((values, c) => Math.max(...values.map(Math.abs)) / factors[c]!));
  let best = { own: Number.POSITIVE_INFINITY, weighted: 0 };
  for (let part = 1; part > 0.1; part -= 0.01) {
    const step = (range * part) / STEPS;
    let [own, weighted] = [0, 0];
    for (const [c, values] of channels.entries())
      for (const value of values) {
        const scaled = value / factors[c]!;
        const rounded = step * Math.max(-STEPS, Math.min(STEPS, Math.round(scaled / step)));
        own += (scaled - rounded) ** 2;
        weighted += weights[c]! * ((scaled - rounded) * factors[c]!) ** 2;
      }
    if (own < best.own) best = { own, weighted };
  }
  return best.weighted / channels[0]!.length;
}

/** Like a bell, the same each time: sums of four evenly spread values. */
function bell(count: number, width: number, seed: number): number[] {
  let state = seed;
  const next = () => {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    return state / 2 ** 31 - 0.5;
  };
  return Array.from({ length: count }, () => width * (next() + next() + next() + next()));
}

describe('roundingError', () => {
  const wide = bell(20_000, 4, 1);
  const narrow = bell(20_000, 0.2, 2);
  const rectified = wide.map((value) => Math.max(0, value));
  const rare = narrow.map((value, i) => (i % 5000 === 0 ? 40 * value + 10 : value));

  it.each([
    ['one channel', [wide], [1], [1]],
    ['channels that differ', [wide, narrow], [1, 3], [1, 1]],
    ['channels made equal', [wide, narrow], [1, 3], [1, 0.05]],
    ['half of the values 0', [rectified, narrow], [2, 1], [1, 0.2]],
    ['rare large values, which are cut off', [rare, narrow], [1, 1], [1, 0.5]],
  ])('is near what rounding the values gives: %s', (_, channels, weights, factors) => {
    const predicted = roundingError(
      rangesOf(channels),
      Float64Array.from(weights),
      STEPS,
    )(Float64Array.from(factors));
    const real = measured(channels, weights, factors);
    expect(predicted / real).toBeGreaterThan(0.9);
    expect(predicted / real).toBeLessThan(1.1);
  });

  it('of one large value and many small ones is what the best clip between leaves', () => {
    // n (clip / 127)² / 12 + (1 - clip)² is least, and a half, at a clip of 1/2, for n = 12 · 127².
    const small = 12 * STEPS ** 2;
    const ranges = rangesOf([[1, 0.3]]);
    const { counts } = ranges.magnitudes;
    counts[counts.lastIndexOf(1, counts.lastIndexOf(1) - 1)] = small;
    const one = Float64Array.of(1);
    const error = roundingError(ranges, one, STEPS)(one) * (small + 1);
    expect(error).toBeCloseTo(0.5, 9);
    expect(roundingError(ranges, Float64Array.of(3), STEPS)(one) * (small + 1)).toBeCloseTo(1.5, 9);
  });

  it('is a quarter with twice the steps, and nothing of zeros', () => {
    const one = Float64Array.of(1);
    const error = (steps: number) => roundingError(rangesOf([wide]), one, steps)(one);
    expect(error(2 * STEPS) / error(STEPS)).toBeCloseTo(1 / 4, 1);
    expect(roundingError(rangesOf([[0, 0, 0]]), one, STEPS)(one)).toBe(0);
    expect(roundingError(rangesOf([[]]), one, STEPS)(one)).toBe(0);
  });
});
