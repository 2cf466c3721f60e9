import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Axis, coordinateSearch, type Freeable, fewestFreed, rankLayers } from '../src/search/index.ts';

interface Point {
  readonly x: number;
  readonly y: number;
}

function axis(name: keyof Point, values: readonly number[]): Axis<Point> {
  return {
    name,
    others: (point) =>
      values.filter((value) => value !== point[name]).map((value) => ({ ...point, [name]: value })),
  };
}

const axes = [axis('x', [0, 1, 2, 3]), axis('y', [0, 1, 2, 3])];

describe('coordinate search', () => {
  const search = (errorOf: (point: Point) => number | undefined, leastGain = 0) => {
    const tried: Point[] = [];
    const best = coordinateSearch<Point, number>({
      start: { x: 0, y: 0 },
      axes,
      isBetter: (one, than) => one < than * (1 - leastGain) || (Number.isNaN(than) && !Number.isNaN(one)),
      judge: async (point) => {
        tried.push(point);
        return errorOf(point);
      },
    });
    return best.then((point) => ({ point, tried }));
  };

  it('finds the least of what separates into its axes, whatever the errors are', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 4, maxLength: 4 }),
        fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 4, maxLength: 4 }),
        async (xs, ys) => {
          const { point } = await search(({ x, y }) => xs[x]! + ys[y]!);
          expect(xs[point.x]! + ys[point.y]!).toBe(Math.min(...xs) + Math.min(...ys));
        },
      ),
    );
  });

  it('tries nothing twice, and goes round again where one axis changes what is best in the other', async () => {
    // Seen from y = 0 the best is x = 1; with y = 2 it is x = 3.
    const error = ({ x, y }: Point): number => {
      if (x === 3 && y === 2) return 1;
      return (y === 2 ? 5 : 10) + Math.abs(x - 1);
    };
    const { point, tried } = await search(error);
    expect(point).toEqual({ x: 3, y: 2 });
    expect(new Set(tried.map((one) => JSON.stringify(one))).size).toBe(tried.length);
  });

  it('takes gains that are large enough alone', async () => {
    const { point } = await search(({ x, y }) => 100 - x - 10 * y, 0.05);
    expect(point).toEqual({ x: 0, y: 3 });
  });

  it('keeps what is not better, and leaves what is worse than anything', async () => {
    expect((await search(({ x }) => (x === 2 ? 1 : Number.NaN))).point).toEqual({ x: 2, y: 0 });
    expect((await search(({ x }) => (x === 0 ? 1 : Number.NaN))).point).toEqual({ x: 0, y: 0 });
  });

  it('ends with the best so far where there is no time', async () => {
    let left = 3;
    expect((await search(({ x }) => (left-- > 0 ? 10 - x : undefined))).point).toEqual({ x: 2, y: 0 });
    expect((await search(() => undefined)).point).toEqual({ x: 0, y: 0 });
  });
});

const op = (name: string, multiplyAdds: number): Freeable => ({ name, multiplyAdds });

describe('ranking of layers', () => {
  it('puts first what takes most of the error away for its multiply-adds, and what does harm last', async () => {
    const ops = [op('harm', 10), op('small', 10), op('large', 1000), op('worst', 1000), op('useless', 10)];
    const after = { harm: 1.1, small: 0.9, large: 0.1, worst: 1.1, useless: 1, broken: Number.NaN };
    const ranked = await rankLayers([...ops, op('broken', 1)], 1, async ({ name }) => after[name as 'harm']);
    expect(ranked.map(({ name }) => name)).toEqual(['small', 'large', 'useless', 'harm', 'worst', 'broken']);
    // The casts around an op cost a thousandth of all that can be freed.
    const cost = expect.closeTo(10 + 2.031, 9);
    expect(ranked[0]).toEqual({ name: 'small', multiplyAdds: 10, before: 1, after: 0.9, cost });
  });

  it('keeps the order of equals, and ops without multiply-adds have a cost', async () => {
    const ops = [op('a', 0), op('b', 0), op('c', 1e6)];
    const ranked = await rankLayers(ops, 1, async ({ name }) => (name === 'c' ? 0.001 : 0.9999999));
    expect(ranked.map(({ name }) => name)).toEqual(['c', 'a', 'b']);
  });

  it('ends with what it has where there is no time', async () => {
    const ranked = await rankLayers([op('a', 1), op('b', 1)], 1, async ({ name }) =>
      name === 'a' ? 0.5 : undefined,
    );
    expect(ranked.map(({ name }) => name)).toEqual(['a']);
  });
});

describe('the fewest ops in float', () => {
  const ranked = Array.from({ length: 13 }, (_, i) => op(`op${i}`, 1 + ((i * 5) % 7)));

  it('holds, and every one of them is needed where ops help each on its own', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 13, maxLength: 13 }),
        fc.integer({ min: 1, max: 70 }),
        async (gains, target) => {
          const sum = (ops: readonly Freeable[]) =>
            ops.reduce((total, one) => total + gains[ranked.indexOf(one)]!, 0);
          const freed = await fewestFreed({ ranked, holds: async (ops) => sum(ops) >= target });
          if (sum(ranked) < target) expect(freed).toBeUndefined();
          else {
            expect(sum(freed!)).toBeGreaterThanOrEqual(target);
            for (const one of freed!)
              expect(sum(freed!.filter((other) => other !== one))).toBeLessThan(target);
          }
        },
      ),
    );
  });

  it('tries few of many', async () => {
    const many = Array.from({ length: 300 }, (_, i) => op(`op${i}`, 1));
    let tries = 0;
    const freed = await fewestFreed({
      ranked: many,
      holds: async (ops) => {
        tries++;
        return ops.length >= 100;
      },
    });
    expect(freed).toHaveLength(100);
    expect(tries).toBeLessThan(40);
  });

  it('gives what it has where the time ends, and nothing where nothing held', async () => {
    let left = 4;
    const whileTime = async (ops: readonly Freeable[]) => (left-- > 0 ? ops.length >= 6 : undefined);
    expect(await fewestFreed({ ranked, holds: whileTime })).toEqual(ranked.slice(0, 8));
    expect(await fewestFreed({ ranked, holds: async () => undefined })).toBeUndefined();
    expect(await fewestFreed({ ranked, holds: async () => false })).toBeUndefined();
    expect(await fewestFreed({ ranked: [], holds: async () => true })).toBeUndefined();
  });
});
