import { ValueBuckets } from '@mnnquant/graph';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import type { KernelContext } from '../src/context.ts';
import { compareTensors } from '../src/statistics/compare.ts';
import { countOutside } from '../src/statistics/count-outside.ts';
import { fakeQuantizeTensor } from '../src/statistics/fake-quantize.ts';
import { tensorHistogram } from '../src/statistics/histogram.ts';
import { tensorRange } from '../src/statistics/range.ts';
import { tensorBuckets } from '../src/statistics/value-buckets.ts';
import type { CpuTensor } from '../src/tensor.ts';
import { makeContext, place } from './support/harness.ts';
import { randomFloats } from './support/random.ts';
import { plainCompare, plainFakeQuantize, plainHistogram, plainRange } from './support/statistics.ts';

let context: KernelContext;
beforeAll(async () => {
  context = await makeContext();
});

function withTensor<T>(data: Float32Array, use: (tensor: CpuTensor) => T): T {
  const tensor = place(context, [data.length], data);
  // What lies behind a tensor must not count.
  context.memory.float32.fill(
    1e30,
    (tensor.address >>> 2) + data.length,
    (tensor.address >>> 2) + data.length + 16,
  );
  try {
    return use(tensor);
  } finally {
    context.heap.free(tensor.address);
  }
}

function contentOf(tensor: CpuTensor): Float32Array {
  const at = tensor.address >>> 2;
  return context.memory.float32.slice(at, at + tensor.count);
}

const anyFloats = fc.array(fc.float(), { maxLength: 70 }).map((values) => Float32Array.from(values));
const EDGES = Float32Array.of(
  0,
  -0,
  Number.NaN,
  1e-6,
  -1e-6,
  1.0000001e-6,
  1e-45,
  3.4e38,
  -3.4e38,
  0.5,
  -0.5,
  1,
);
const SPECIAL = Float32Array.of(Number.POSITIVE_INFINITY, ...EDGES, Number.NEGATIVE_INFINITY);

describe('range', () => {
  test('is that of the finite values', () => {
    fc.assert(
      fc.property(anyFloats, (x) => {
        expect(withTensor(x, (t) => tensorRange(context, t))).toStrictEqual(plainRange(x));
      }),
      { numRuns: 300 },
    );
    expect(withTensor(SPECIAL, (t) => tensorRange(context, t))).toStrictEqual(plainRange(SPECIAL));
  });

  test('over several blocks, of which some hold values that are not finite', () => {
    for (const places of [[], [0], [4095, 4096], [8191, 8192 + 36], [3, 5000, 9000]]) {
      const x = randomFloats(2 * 4096 + 900, 31).map((v) => v * 3);
      for (const [i, place] of places.entries()) x[place] = [Number.NaN, Number.POSITIVE_INFINITY][i % 2];
      // The ends beside them.
      x[4097] = -17;
      x[8193] = 19;
      expect(withTensor(x, (t) => tensorRange(context, t))).toStrictEqual(plainRange(x));
    }
  });

  test('without a finite value is the neutral element', () => {
    const neutral = { min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY };
    expect(withTensor(new Float32Array(0), (t) => tensorRange(context, t))).toEqual({
      ...neutral,
      count: 0,
      nonFinite: 0,
    });
    const bad = Float32Array.of(Number.NaN, Number.POSITIVE_INFINITY, Number.NaN, Number.NaN, Number.NaN);
    expect(withTensor(bad, (t) => tensorRange(context, t))).toEqual({ ...neutral, count: 5, nonFinite: 5 });
  });
});

describe('histogram', () => {
  function histogram(x: Float32Array, bins: number, max: number, skipBelow: number): Float64Array {
    const counts = new Float64Array(bins);
    withTensor(x, (t) => tensorHistogram(context, t, { bins, max, skipBelow }, counts));
    return counts;
  }

  test('counts exactly as MNN does', () => {
    for (const [count, scale] of [
      [10_007, 1],
      [4096, 0.001],
      [1023, 1e20],
    ]) {
      const x = randomFloats(count, count).map((v) => v * v * v * scale);
      const { min, max } = plainRange(x);
      const top = Math.max(-min, max);
      for (const limit of [top, top / 3, top * 7]) {
        expect(histogram(x, 2048, limit, 1e-6)).toEqual(plainHistogram(x, 2048, limit, 1e-6));
      }
    }
  });

  test('any floats, any number of bins', () => {
    fc.assert(
      fc.property(
        anyFloats,
        fc.integer({ min: 1, max: 300 }),
        fc.double({ min: 1e-5, max: 1e30, noNaN: true }),
        (x, bins, max) => {
          expect(histogram(x, bins, max, 1e-6)).toEqual(plainHistogram(x, bins, max, 1e-6));
        },
      ),
    );
  });

  test('skips small and non-finite values, and puts the maximum in the last bin', () => {
    expect(histogram(SPECIAL, 4, 1, 1e-6)).toEqual(plainHistogram(SPECIAL, 4, 1, 1e-6));
    expect([...histogram(Float32Array.of(1, -1, 0.99, 0, 1e-6, -1e-6, 5), 4, 1, 1e-6)]).toEqual([0, 0, 0, 4]);
    expect([...histogram(new Float32Array(37), 4, 1, 0)]).toEqual([0, 0, 0, 0]);
  });

  test('a denormal maximum leaves only the last bin', () => {
    const x = Float32Array.of(0, 1e-45, -1e-45, 1);
    expect([...histogram(x, 4, 1e-45, 0)]).toEqual([...plainHistogram(x, 4, 1e-45, 0)]);
    expect([...histogram(x, 4, 1e-45, 0)]).toEqual([0, 0, 0, 3]);
  });

  test('adds to what is there', () => {
    const counts = Float64Array.of(10, 2 ** 40);
    withTensor(Float32Array.of(0.1, 0.9), (t) =>
      tensorHistogram(context, t, { bins: 2, max: 1, skipBelow: 0 }, counts),
    );
    expect([...counts]).toEqual([11, 2 ** 40 + 1]);
  });

  test('refuses a range without bins', () => {
    for (const max of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => histogram(EDGES, 2048, max, 0)).toThrow(/finite maximum above 0/);
    }
    expect(() => histogram(EDGES, 0, 1, 0)).toThrow(/1 or more/);
  });
});

describe('fakeQuantize', () => {
  test('has the bits of the definition', () => {
    const params = fc.record({
      scale: fc.double({ min: 1e-6, max: 1e6, noNaN: true }),
      zeroPoint: fc.integer({ min: -128, max: 127 }),
      min: fc.integer({ min: -128, max: -1 }),
      max: fc.integer({ min: 0, max: 127 }),
    });
    fc.assert(
      fc.property(anyFloats, params, (x, p) => {
        const near = Float32Array.from([...x, ...x.map((_, i) => p.scale * (i - 30.5))]);
        const actual = withTensor(near, (t) => {
          fakeQuantizeTensor(context, t, p);
          return contentOf(t);
        });
        expect(actual).toEqual(plainFakeQuantize(near, p));
      }),
      { numRuns: 300 },
    );
  });

  test('rounds halves away from zero, clamps infinities, keeps NaN', () => {
    const x = Float32Array.of(0.5, -0.5, 1.5, -2.5, 0.49999997, 200, Number.NEGATIVE_INFINITY, Number.NaN);
    const params = { scale: 1, zeroPoint: 0, min: -127, max: 127 };
    const actual = withTensor(x, (t) => {
      fakeQuantizeTensor(context, t, params);
      return [...contentOf(t)].map((v) => v + 0);
    });
    expect(actual).toEqual([1, -1, 2, -3, 0, 127, -127, Number.NaN]);
  });

  test('refuses a scale that is not positive and finite', () => {
    for (const scale of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, 1e-45]) {
      const params = { scale, zeroPoint: 0, min: -127, max: 127 };
      expect(() => withTensor(EDGES, (t) => fakeQuantizeTensor(context, t, params))).toThrow(
        /positive scale/,
      );
    }
  });
});

describe('compare', () => {
  test('has the bits of the definition', () => {
    for (const count of [0, 1, 3, 4, 5, 1027]) {
      const a = randomFloats(count, 1);
      const b = randomFloats(count, 2);
      const sums = withTensor(a, (s) => withTensor(b, (t) => compareTensors(context, s, t)));
      expect(sums).toStrictEqual(plainCompare(a, b));
    }
  });

  test('does not hide NaN, and needs equal sizes', () => {
    const a = Float32Array.of(1, Number.NaN, 2);
    const b = Float32Array.of(1, 2, 3);
    const sums = withTensor(a, (s) => withTensor(b, (t) => compareTensors(context, s, t)));
    expect(sums).toEqual({
      dot: Number.NaN,
      squaredA: Number.NaN,
      squaredB: 14,
      squaredError: Number.NaN,
      maxAbsoluteError: Number.NaN,
    });
    expect(() => withTensor(a, (s) => withTensor(EDGES, (t) => compareTensors(context, s, t)))).toThrow(
      /equal size/,
    );
  });
});

describe('countOutside', () => {
  const count = (x: Float32Array, low: number, high: number) =>
    withTensor(x, (t) => countOutside(context, t, low, high));

  test('counts what is at or beyond an end, as doubles', () => {
    const ends = fc.oneof(fc.double(), fc.float());
    fc.assert(
      fc.property(anyFloats, ends, ends, (x, low, high) => {
        expect(count(x, low, high)).toBe(x.filter((v) => v <= low || v >= high).length);
      }),
      { numRuns: 500 },
    );
  });

  test('takes infinite ends, passes NaN over, and does not round an end onto a value', () => {
    expect(count(SPECIAL, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY)).toBe(2);
    expect(count(Float32Array.of(Number.NaN, 1, 1, 1, 1), 0, 0.5)).toBe(4);
    const third = Math.fround(1 / 3);
    expect(third).toBeGreaterThan(1 / 3);
    expect(count(Float32Array.of(third, -third), -2, 1 / 3)).toBe(1);
    expect(count(Float32Array.of(third, -third), -1 / 3, 2)).toBe(1);
    expect(count(Float32Array.of(0.1), -1, 0.1)).toBe(1);
    expect(count(new Float32Array(0), 0, 0)).toBe(0);
    expect(count(Float32Array.of(0, -0, 1e-45), -1, -1e-50)).toBe(3);
    expect(count(Float32Array.of(0, -0, 1e-45), -1e-50, 1)).toBe(0);
  });
});

describe('value buckets', () => {
  /** So many values that they are not kept one by one any more. */
  function crowded(): ValueBuckets {
    const buckets = new ValueBuckets();
    buckets.addValues(new Float32Array(530_000).fill(2));
    return buckets;
  }

  function added(x: Float32Array, buckets = new ValueBuckets()): unknown[] {
    withTensor(x, (tensor) => tensorBuckets(context, tensor, buckets));
    return [...buckets];
  }

  function plain(x: Float32Array, buckets = new ValueBuckets()): unknown[] {
    buckets.addValues(x);
    return [...buckets];
  }

  test('are those of a plain loop, bit for bit', () => {
    fc.assert(
      fc.property(anyFloats, (x) => {
        expect(added(x)).toStrictEqual(plain(x));
        expect(added(x, crowded())).toStrictEqual(plain(x, crowded()));
      }),
      { numRuns: 100 },
    );
    for (const x of [SPECIAL, randomFloats(5000, 3), new Float32Array(0)]) {
      expect(added(x)).toStrictEqual(plain(x));
      expect(added(x, crowded())).toStrictEqual(plain(x, crowded()));
    }
  });

  test('few values are kept as they are', () => {
    const one = (x: number) => ({ low: x, high: x, count: 1, sum: x });
    expect(added(Float32Array.of(3, 0, -1, Number.NaN, 1))).toEqual([one(1), one(1), one(3)]);
  });

  test('many are counted between exact edges', () => {
    const buckets = crowded();
    const next = Math.fround(2 + 2 ** -20);
    expect(added(Float32Array.of(-6, next), buckets)).toEqual([
      { low: 2, high: 2 + 2 ** -13, count: 530_001, sum: 1_060_000 + next },
      { low: 6, high: 6 + 2 ** -12, count: 1, sum: 6 },
    ]);
  });

  test('what is far below the largest value is left out, whichever came first', () => {
    const [small, large] = [Float32Array.of(1e-9, 1), Float32Array.of(1000)];
    const first = crowded();
    added(small, first);
    const second = crowded();
    added(large, second);
    expect(added(large, first)).toEqual(added(small, second));
    expect([...first].map(({ sum }) => sum)).toEqual([1, 1_060_000, 1000]);
  });
});
