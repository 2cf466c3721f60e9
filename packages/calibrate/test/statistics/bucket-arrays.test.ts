import { ValueBuckets } from '@mnnquant/graph';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bucketArrays, bucketsFrom } from '../../src/statistics/bucket-arrays.ts';

/** More values than buckets keep as they are. */
const MANY = 2 ** 19 + 1;

const floats = fc.float32Array({ maxLength: 300 });

/** Buckets of values, each of them added in one of several portions; `counted`: as if there were too many to keep. */
function bucketsOf(portions: readonly Float32Array[], counted: boolean): ValueBuckets {
  const buckets = new ValueBuckets();
  if (counted) buckets.addValues(new Float32Array(MANY).fill(2 ** -10));
  for (const portion of portions) buckets.addValues(portion);
  return buckets;
}

const plain = (buckets: ValueBuckets) => {
  const { form, arrays } = bucketArrays(buckets);
  return { form, arrays: Object.fromEntries(Object.entries(arrays).map(([name, all]) => [name, [...all]])) };
};

describe('buckets as arrays', () => {
  it.each([
    [false, 200],
    [true, 40],
  ])('come back the same, whatever order values were added in; counted: %s', (counted, numRuns) => {
    fc.assert(
      fc.property(floats, floats, (a, b) => {
        const buckets = bucketsOf([a, b], counted);
        const encoded = bucketArrays(buckets);
        expect(encoded.form.form).toBe(counted ? 'counts' : 'values');
        const back = bucketsFrom(encoded);
        expect(back.columns()).toEqual(buckets.columns());
        expect(plain(back)).toEqual(plain(buckets));
        expect(plain(bucketsOf([b, a], counted))).toEqual(plain(buckets));
      }),
      { numRuns },
    );
  });

  it('merge like those that were encoded', () => {
    fc.assert(
      fc.property(floats, floats, (a, b) => {
        const [first, second] = [bucketsOf([a], true), bucketsOf([b], false)];
        const merged = new ValueBuckets();
        for (const one of [first, second]) merged.merge(bucketsFrom(bucketArrays(one)));
        const expected = new ValueBuckets();
        for (const one of [first, second]) expected.merge(one);
        expect(merged.columns()).toEqual(expected.columns());
      }),
      { numRuns: 30 },
    );
  });

  it.each<[string, readonly number[]]>([
    ['nothing', []],
    ['zeros, NaN and infinities', [0, -0, Number.NaN, Number.NEGATIVE_INFINITY]],
    ['the smallest numbers there are', [2 ** -149, -(2 ** -149), 2 ** -126]],
    ['the largest', [3.4028234663852886e38, 2 ** -149]],
  ])('%s', (_, values) => {
    for (const counted of [false, true]) {
      const buckets = bucketsOf([Float32Array.from(values)], counted);
      expect(bucketsFrom(bucketArrays(buckets)).columns()).toEqual(buckets.columns());
    }
  });

  it('tell a sum that no float32 numbers have', () => {
    const buckets = new ValueBuckets();
    buckets.reach(1);
    buckets.add(0x3f800000 >>> 9, 1, 1 + 2 ** -40);
    expect(() => bucketArrays(buckets)).toThrow('expected sums of float32 numbers');
  });

  const counts = { form: 'counts', first: 5, lowest: 0 } as const;
  it.each<[string, Parameters<typeof bucketsFrom>[0], RegExp]>([
    [
      'too few rests',
      { form: counts, arrays: { counts: Uint8Array.of(1, 0, 2), rests: Uint8Array.of(1) } },
      /expected 2/,
    ],
    [
      'too many',
      { form: counts, arrays: { counts: Uint8Array.of(1), rests: Uint8Array.of(1, 1) } },
      /expected 1/,
    ],
    ['no array', { form: counts, arrays: { counts: Uint8Array.of(1) } }, /rests: expected whole/],
    [
      'fractions',
      { form: counts, arrays: { counts: Float64Array.of(0.5), rests: Uint8Array.of(1) } },
      /counts: expected whole/,
    ],
    [
      'infinite numbers',
      { form: { ...counts, first: 2 ** 22 }, arrays: { counts: Uint8Array.of(1), rests: Uint8Array.of(1) } },
      /finite numbers/,
    ],
    [
      'a first bucket below 0',
      { form: { ...counts, first: -1 }, arrays: { counts: Uint8Array.of(1), rests: Uint8Array.of(1) } },
      /finite numbers/,
    ],
    ['a value of 0', { form: { form: 'values' }, arrays: { steps: Uint8Array.of(0, 1) } }, /above 0/],
    [
      'an infinite value',
      { form: { form: 'values' }, arrays: { steps: Uint32Array.of(0x7f800000) } },
      /finite/,
    ],
  ])('refuse %s', (_, encoded, message) => {
    expect(() => bucketsFrom(encoded)).toThrow(message);
  });
});
