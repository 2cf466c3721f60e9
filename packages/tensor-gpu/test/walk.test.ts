import { describe, expect, test } from 'vitest';
import { type Walk, walkOver } from '../src/kernels/moves/strided.ts';

type Axis = { readonly extent: number; readonly from: number };

/** The index that the program computes for a thread, each step rounded to float32 as there. */
function indexOf({ radix, parameters: p }: Walk, [x, y, z]: readonly number[]): number {
  const f = Math.fround;
  const pair = (thread: number, inner: number): [number, number] => {
    const outer = Math.floor(f(f(thread + 0.5) / inner));
    return [outer, f(thread - f(outer * inner))];
  };
  const indices = [...pair(x, p.innerX), ...pair(y, p.innerY), ...pair(z, p.innerZ)];
  const sum = (strides: readonly number[]): number =>
    strides.reduce((total, stride, i) => f(total + f(indices[i] * f(stride))), 0);
  const high = sum([p.highX0, p.highX1, p.highY0, p.highY1, p.highZ0, p.highZ1]);
  const low = sum([p.lowX0, p.lowX1, p.lowY0, p.lowY1, p.lowZ0, p.lowZ1]);
  return high * radix + low;
}

/** The index of element i of the output. */
function expectedIndex(axes: readonly Axis[], i: number): number {
  let [rest, index] = [i, 0];
  for (const { extent, from } of axes.toReversed()) {
    index += (rest % extent) * from;
    rest = Math.floor(rest / extent);
  }
  return index;
}

/** Elements of the output from the first to the last, not all of them. */
function* someThreads({ threads: [x, y, z] }: Walk): Generator<[number, readonly number[]]> {
  const count = x * y * z;
  const step = Math.max(1, Math.floor(count / 5003));
  for (let i = 0; i < count; i += step) yield [i, [i % x, Math.floor(i / x) % y, Math.floor(i / x / y)]];
  yield [count - 1, [x - 1, y - 1, z - 1]];
}

describe('the walk over a box', () => {
  const cases: readonly (readonly [string, readonly Axis[]])[] = [
    [
      'a transposed matrix',
      [
        { extent: 5, from: 1 },
        { extent: 7, from: 5 },
      ],
    ],
    [
      'channels last of a large image',
      [
        { extent: 4096 * 4096, from: 1 },
        { extent: 11, from: 4096 * 4096 },
      ],
    ],
    [
      'channels first of a large image',
      [
        { extent: 13, from: 1 },
        { extent: 4000 * 4001, from: 13 },
      ],
    ],
    [
      'six axes of odd sizes, with strides beyond 2^24',
      [3, 101, 5, 97, 7, 113].map((extent, i, all) => ({
        extent,
        from: all.slice(0, i).reduce((product, other) => product * other, 1),
      })),
    ],
    [
      'backwards',
      [
        { extent: 3000, from: -9000 },
        { extent: 9000, from: -1 },
      ],
    ],
    [
      'repeated',
      [
        { extent: 90_000, from: 0 },
        { extent: 300, from: 90_001 },
      ],
    ],
  ];

  test.each(cases)('%s: every index is exact', (_, axes) => {
    const walk = walkOver(axes)!;
    expect(walk.threads.reduce((product, extent) => product * extent, 1)).toBe(
      axes.reduce((product, { extent }) => product * extent, 1),
    );
    for (const [i, thread] of someThreads(walk)) expect(indexOf(walk, thread)).toBe(expectedIndex(axes, i));
  });

  test.each(cases)('%s: devices start so many threads, most of which are used', (_, axes) => {
    const [x, y, z] = walkOver(axes)!.threads;
    expect(Math.max(x, y)).toBeLessThanOrEqual(8 * 65535);
    expect(z).toBeLessThanOrEqual(65535);
    const started = Math.ceil(x / 8) * Math.ceil(y / 8) * 64;
    expect((x * y) / started).toBeGreaterThan(0.5);
  });

  test('more axes than the program has', () => {
    expect(walkOver(Array.from({ length: 7 }, (_, i) => ({ extent: 2, from: 3 * 2 ** i })))).toBeUndefined();
  });

  test('one prime axis that is too long', () => {
    expect(
      walkOver([
        { extent: 2_000_003, from: 2 },
        { extent: 2, from: 1 },
      ]),
    ).toBeUndefined();
  });
});
