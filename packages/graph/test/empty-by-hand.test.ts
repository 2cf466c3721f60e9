import { buildGraph, createPlan, createReferenceBackend, execute } from '@mnnquant/graph';
import { ReductionType } from '@mnnquant/mnn-format';
import { describe, expect, it } from 'vitest';
import { type GoldenCase, input, ints, main, scalar } from './golden/golden-case.ts';
import { goldenModel } from './golden/golden-model.ts';

/** What MNN 3.6.1 refuses ("Acquire buffer size = 0"), by what the sum, product and maximum of nothing are. */
const REDUCTIONS = { SUM: 0, PROD: 1, MAXIMUM: -Infinity, MINIMUM: Infinity, MEAN: Number.NaN };

async function answer(item: GoldenCase) {
  const { net, feeds } = goldenModel([item]);
  const sample = new Map([...feeds].map(([name, { data }]) => [name, data]));
  const { outputs } = await execute(createPlan(buildGraph(net)), createReferenceBackend(), [sample]);
  const [{ shape, data }] = [...outputs[0].values()];
  return { shape, data: Array.from(data) };
}

describe('tensors without an element, where MNN has no answer', () => {
  for (const [name, value] of Object.entries(REDUCTIONS))
    it(`${name} over nothing`, async () => {
      const operation = ReductionType[name as keyof typeof REDUCTIONS];
      const parameter = main('ReductionParam', { operation, dim: Int32Array.of(0) });
      const made = await answer({ title: name, type: 'Reduction', main: parameter, inputs: [input([0, 3])] });
      expect(made).toEqual({ shape: [3], data: [value, value, value] });
    });

  it('a range that ends before it starts, nothing filled', async () => {
    const range = [scalar(5), scalar(2), scalar(1)];
    const counted = await answer({ title: 'r', type: 'Range', main: main('Range'), inputs: range });
    expect(counted).toEqual({ shape: [0], data: [] });
    const inputs = [ints(0, 2), scalar(1, 'float32')];
    const filled = await answer({ title: 'f', type: 'Fill', main: main('Fill'), inputs });
    expect(filled).toEqual({ shape: [0, 2], data: [] });
  });
});
