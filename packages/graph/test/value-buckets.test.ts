import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { magnitudesOf, sortMagnitudes } from '../src/magnitudes.ts';
import { BUCKET_SHIFT, ValueBuckets } from '../src/value-buckets.ts';

/** Floats of every kind, as 32 random bits are. */
const floats = fc
  .array(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), { maxLength: 50 })
  .map((patterns) => new Float32Array(Int32Array.from(patterns).buffer));

const ENDS = Float32Array.of(
  0,
  -0,
  2 ** -149,
  -(2 ** -149),
  -1,
  (2 - 2 ** -23) * 2 ** 127,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  Number.NaN,
);

describe('magnitudesOf', () => {
  const expected = (data: Float32Array) =>
    [...data].map(Math.abs).filter((x) => x > 0 && x < Number.POSITIVE_INFINITY);

  it('keeps what is finite and not zero, without its sign', () => {
    expect([...magnitudesOf(ENDS)]).toEqual(expected(ENDS));
    fc.assert(fc.property(floats, (data) => void expect([...magnitudesOf(data)]).toEqual(expected(data))));
  });

  it('takes whole numbers and doubles, and data that begins anywhere', () => {
    expect([...magnitudesOf(Int8Array.of(-128, 0, 127))]).toEqual([128, 127]);
    expect([...magnitudesOf(Float64Array.of(-0.1, 1e300, 1e-300))]).toEqual([Math.fround(0.1)]);
    expect([...magnitudesOf(Float32Array.of(7, -8, 9).subarray(1))]).toEqual([8, 9]);
  });
});

describe('sortMagnitudes', () => {
  it.each([0, 1, 4095, 4096, 20_000])('sorts %i values', (length) => {
    let state = 1;
    const data = Float32Array.from({ length }, (_, i) => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return ((state / 2 ** 32) ** 3 + (i % 7 === 0 ? 1e-30 : 0)) * 2 ** ((state >>> 27) * 4);
    });
    expect(sortMagnitudes(data.slice())).toEqual(data.slice().sort((a, b) => a - b));
  });
});

/** One that counts from the start on. */
function counting(...parts: readonly Float32Array[]): ValueBuckets {
  const buckets = new ValueBuckets();
  buckets.reach(0);
  for (const part of parts) buckets.addValues(part.slice());
  buckets.merge(new ValueBuckets());
  return buckets;
}

describe('buckets', () => {
  it('are cut by the upper bits of the pattern, with exact counts and sums', () => {
    fc.assert(
      fc.property(floats, (data) => {
        const buckets = new ValueBuckets();
        buckets.addValues(data);
        buckets.reach(0);
        const kept = magnitudesOf(data);
        const patterns = new Int32Array(kept.buffer);
        let seen = 0;
        for (const { low, high, count, sum } of buckets) {
          const members = kept.filter((x) => x >= low && x < high);
          expect(count).toBe(members.length);
          expect(sum).toBe(members.reduce((total, x) => total + x, 0));
          const inside = patterns.filter((_, i) => (kept[i] as number) >= low && (kept[i] as number) < high);
          expect(new Set(inside.map((pattern) => pattern >>> BUCKET_SHIFT)).size).toBe(1);
          seen += count;
        }
        const largest = kept.reduce((most, x) => Math.max(most, x), 0);
        expect(seen).toBeLessThanOrEqual(kept.length);
        expect(seen).toBeGreaterThanOrEqual(kept.filter((x) => x > largest * 2 ** -16).length);
      }),
    );
  });

  it('begin and end where float32 does', () => {
    const most = (2 - 2 ** -23) * 2 ** 127;
    expect([...counting(Float32Array.of(most))]).toEqual([
      { low: (2 - 2 ** -14) * 2 ** 127, high: 2 ** 128, count: 1, sum: most },
    ]);
    expect([...counting(Float32Array.of(2 ** -149, 2 ** -127))]).toEqual([
      { low: 0, high: 2 ** -140, count: 1, sum: 2 ** -149 },
      { low: 2 ** -127, high: 2 ** -127 + 2 ** -140, count: 1, sum: 2 ** -127 },
    ]);
  });

  it('of two are those of all values, whichever holds the values themselves', () => {
    const [a, b] = [Float32Array.of(1, 2, 3, 700), Float32Array.of(2, 0.5, 1e-3)];
    const all = [...counting(a, b)];
    for (const first of [counting(a), exact(a)])
      for (const second of [counting(b), exact(b)]) {
        const merged = counting();
        merged.merge(first);
        merged.merge(second);
        expect([...merged]).toEqual(all);
      }
  });

  it('give their values as long as they have them', () => {
    const buckets = exact(Float32Array.of(3, -1, 0, 2));
    expect([...buckets.sorted()!]).toEqual([1, 2, 3]);
    expect([...buckets]).toEqual([1, 2, 3].map((x) => ({ low: x, high: x, count: 1, sum: x })));
    buckets.reach(0);
    expect(buckets.sorted()).toBeUndefined();
  });

  function exact(data: Float32Array): ValueBuckets {
    const buckets = new ValueBuckets();
    buckets.addValues(data);
    return buckets;
  }
});
