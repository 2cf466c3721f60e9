import {
  buildGraph,
  createPlan,
  type ObservationJob,
  observe,
  peakActivationBytes,
  type Sample,
  samplesWithin,
} from '@mnnquant/graph';
import { UnaryOpOperation as U } from '@mnnquant/mnn-format';
import { describe, expect, it } from 'vitest';
import { noise } from './golden/golden-case.ts';
import { countingBackend } from './support/counting-backend.ts';
import { addOp, inputOp, smallNet, unaryOp } from './support/small-net.ts';

const NET = smallNet([
  inputOp('x', 50),
  unaryOp(U.EXP, 'x', 'a'),
  unaryOp(U.TANH, 'x', 'b'),
  addOp('a', 'b', 'c'),
  unaryOp(U.LOG, 'c', 'y'),
]);
const plan = createPlan(buildGraph(NET));
const [X, A, , , Y] = [...NET.tensorName!.keys()];
const COUNT = 7;

function indices(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

function job(fields: Partial<ObservationJob> = {}): ObservationJob {
  return {
    runs: [{ plan, samples: indices(COUNT) }],
    load: async (index): Promise<Sample> => new Map([['x', noise(50, index + 1)]]),
    tensors: [...NET.tensorName!.keys()],
    collect: { kind: 'histogram', bins: 64, skipBelow: 1e-6 },
    memoryBudgetBytes: 1e9,
    ...fields,
  };
}

describe('observe', () => {
  it.each([1, 2, 3, 5])('gives the same for one pass and for two passes of %i samples', async (chunk) => {
    const once = await observe(job(), countingBackend());
    const memoryBudgetBytes = peakActivationBytes(plan, chunk);
    const twice = await observe(job({ memoryBudgetBytes }), countingBackend());
    expect([once.passes, once.samplesAtOnce]).toEqual([1, COUNT]);
    expect([twice.passes, twice.samplesAtOnce]).toEqual([2, chunk]);
    expect(twice.tensors).toEqual(once.tensors);
  });

  it('counts what a plain loop over the data counts', async () => {
    const all = Array.from({ length: COUNT }, (_, i) => [...noise(50, i + 1)]).flat();
    const { tensors } = await observe(job(), countingBackend());
    const { range, absMax, values } = tensors.get(X)!;
    expect(range).toEqual({ min: Math.min(...all), max: Math.max(...all), count: all.length, nonFinite: 0 });
    expect(absMax).toBe(Math.max(...all.map(Math.abs)));
    const counts = new Float64Array(64);
    // Numbers are multiples of 1/1024, so that no bin's edge depends on rounding.
    for (const x of all)
      if (Math.abs(x) > 1e-6) counts[Math.min(63, Math.floor((Math.abs(x) * 64) / absMax))]++;
    expect(values).toEqual(counts);
  });

  it('only observes what it is asked for, and frees everything', async () => {
    const backend = countingBackend();
    const { tensors } = await observe(job({ tensors: [A, Y] }), backend);
    expect([...tensors.keys()]).toEqual([A, Y]);
    expect(backend.live.size).toBe(0);
  });

  it('stays in the budget', async () => {
    const backend = countingBackend();
    await observe(job({ memoryBudgetBytes: 2 * peakActivationBytes(plan) }), backend);
    expect(backend.most * 50 * 4).toBeLessThanOrEqual(2 * peakActivationBytes(plan));
  });

  it.each([1, 2, COUNT])('needs for %i samples what the plan says', async (count) => {
    const backend = countingBackend();
    await observe(job({ runs: [{ plan, samples: indices(count) }] }), backend);
    expect(backend.most * 50 * 4).toBe(peakActivationBytes(plan, count));
    expect(samplesWithin(plan, peakActivationBytes(plan, count))).toBe(count);
    expect(samplesWithin(plan, peakActivationBytes(plan, count + 1) - 1)).toBe(count);
  });

  it('runs one sample at a time when even one is above the budget', async () => {
    const { passes, samplesAtOnce } = await observe(job({ memoryBudgetBytes: 1 }), countingBackend());
    expect([passes, samplesAtOnce]).toEqual([2, 1]);
  });

  it('tells progress up to the total', async () => {
    for (const [memoryBudgetBytes, total] of [
      [1e9, 4 * COUNT],
      [1, 2 * 4 * COUNT],
    ]) {
      const calls: number[][] = [];
      await observe(job({ memoryBudgetBytes, onProgress: (...call) => calls.push(call) }), countingBackend());
      expect(calls.at(-1)).toEqual([total, total]);
      expect(calls.every(([, all]) => all === total)).toBe(true);
    }
  });
});

describe('samples of several shapes', () => {
  const net = smallNet([inputOp('x', -1), unaryOp(U.EXP, 'x', 'y')]);
  const graph = buildGraph(net);
  const planFor = (size: number) => createPlan(graph, new Map([['x', [size]]]));
  const sizes = [50, 20, 50, 20, 20];
  const values = (index: number) => noise(sizes[index], index + 1);
  const load = async (index: number): Promise<Sample> => new Map([['x', values(index)]]);
  const runs = [
    { plan: planFor(50), samples: [0, 2] },
    { plan: planFor(20), samples: [1, 3, 4] },
  ];
  const collect = { kind: 'histogram', bins: 16, skipBelow: 0 } as const;

  it('are counted as if they were one tensor, in two passes', async () => {
    const shapes = await observe(job({ runs, load, tensors: [0, 1], collect }), countingBackend());
    const all = Float32Array.from(sizes.flatMap((_, index) => [...values(index)]));
    const one = [{ plan: planFor(all.length), samples: [0] }];
    const loadAll = async (): Promise<Sample> => new Map([['x', all]]);
    const whole = await observe(
      job({ runs: one, load: loadAll, tensors: [0, 1], collect }),
      countingBackend(),
    );
    expect([shapes.passes, whole.passes]).toEqual([2, 1]);
    expect(shapes.tensors).toEqual(whole.tensors);
    expect(shapes.report.kernels).toEqual(whole.report.kernels);
  });

  it('the sample that does not fit is named', async () => {
    const name = (index: number) => `folder_${index}`;
    const wrong = [{ plan: planFor(20), samples: [1, 2] }];
    await expect(observe(job({ runs: wrong, load, name, tensors: [0] }), countingBackend())).rejects.toThrow(
      'folder_2: input x: expected 20 values for [20], got 50',
    );
  });
});

describe('buckets', () => {
  it.each([1, 3, 5])('are the same for all samples at once and for %i, in one pass', async (chunk) => {
    const collect = { kind: 'buckets' } as const;
    const once = await observe(job({ collect }), countingBackend());
    const memoryBudgetBytes = peakActivationBytes(plan, chunk);
    const parts = await observe(job({ collect, memoryBudgetBytes }), countingBackend());
    expect([once.passes, parts.passes, parts.samplesAtOnce]).toEqual([1, 1, chunk]);
    const listed = (tensors: typeof once.tensors) =>
      [...tensors].map(([id, { range, values }]) => [id, range, [...(values as Iterable<unknown>)]]);
    expect(listed(parts.tensors)).toEqual(listed(once.tensors));
  });

  it.each([5, COUNT])(
    'beside a histogram are those of a run for buckets alone, %i samples at once',
    async (chunk) => {
      const memoryBudgetBytes = peakActivationBytes(plan, chunk);
      const collect = { kind: 'histogram', bins: 64, skipBelow: 1e-6, withBuckets: true } as const;
      const both = await observe(job({ collect, memoryBudgetBytes }), countingBackend());
      const alone = await observe(job({ collect: { kind: 'buckets' } }), countingBackend());
      const histograms = await observe(job(), countingBackend());
      for (const [id, { buckets, ...rest }] of both.tensors) {
        expect(rest).toEqual(histograms.tensors.get(id));
        expect([...buckets!]).toEqual([...(alone.tensors.get(id)!.values as Iterable<unknown>)]);
      }
      expect(both.tensors.size).toBe(alone.tensors.size);
    },
  );
});

describe('degenerate numbers', () => {
  const one = smallNet([inputOp('x', 4), unaryOp(U.ABS, 'x', 'y')]);
  const onePlan = createPlan(buildGraph(one));
  const statistics = async (...values: number[]) => {
    const load = async (): Promise<Sample> => new Map([['x', Float32Array.from(values)]]);
    const runs = [{ plan: onePlan, samples: indices(2) }];
    const collect = { kind: 'histogram', bins: 4, skipBelow: 0 } as const;
    const fields = { runs, load, tensors: [0], collect };
    return (await observe(job(fields), countingBackend())).tensors.get(0)!;
  };

  it('NaN and infinities are counted apart', async () => {
    const { range, absMax, values } = await statistics(Number.NaN, Number.NEGATIVE_INFINITY, 1, -2);
    expect(range).toEqual({ min: -2, max: 1, count: 8, nonFinite: 4 });
    expect(absMax).toBe(2);
    expect([...(values as Float64Array)]).toEqual([0, 0, 2, 2]);
  });

  it('nothing finite', async () => {
    const { absMax, values } = await statistics(Number.NaN, Number.NaN, Number.NaN, Number.POSITIVE_INFINITY);
    expect(absMax).toBe(0);
    expect([...(values as Float64Array)]).toEqual([0, 0, 0, 0]);
  });

  it('all zero', async () => {
    const { absMax, values, range } = await statistics(0, 0, 0, 0);
    expect([absMax, range.min, range.max]).toEqual([0, 0, 0]);
    expect([...(values as Float64Array)]).toEqual([0, 0, 0, 0]);
  });

  it('the smallest numbers there are', async () => {
    const { absMax, values } = await statistics(1e-45, -1e-45, 0, 0);
    expect(absMax).toBe(Math.fround(1e-45));
    expect([...(values as Float64Array)]).toEqual([0, 0, 0, 4]);
  });
});

describe('errors', () => {
  const cases: [string, Partial<ObservationJob>, RegExp][] = [
    ['no samples', { runs: [{ plan, samples: [] }] }, /at least one sample, got 0/],
    ['no bins', { collect: { kind: 'histogram', bins: 0, skipBelow: 0 } }, /at least one bin, got 0/],
    ['a tensor that is not there', { tensors: [99] }, /tensor 99 \(unknown\): cannot be observed/],
    [
      'a sample that cannot be loaded',
      {
        load: async (index) => {
          if (index === 5) throw new Error('cat.jpg is broken');
          return new Map([['x', noise(50, index)]]);
        },
      },
      /sample 5: cat\.jpg is broken/,
    ],
    [
      'a sample of another size',
      { load: async (index) => new Map([['x', noise(index === 6 ? 49 : 50, index)]]) },
      /sample 6: input x: expected 50 values for \[50\], got 49/,
    ],
  ];
  for (const [title, fields, message] of cases) {
    it.each([1e9, 1])(`${title}, budget of %d bytes`, async (memoryBudgetBytes) => {
      const backend = countingBackend();
      await expect(observe(job({ ...fields, memoryBudgetBytes }), backend)).rejects.toThrow(message);
      expect(backend.live.size).toBe(0);
    });
  }
});
