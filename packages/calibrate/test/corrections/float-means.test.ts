import { buildGraph, createPlan, createReferenceBackend, type Sample } from '@mnnquant/graph';
import type { MnnModel } from '@mnnquant/mnn-format';
import { describe, expect, it } from 'vitest';
import { correctBiases, type FloatMeans, floatMeans } from '../../src/corrections/index.ts';
import { int8Candidates } from '../../src/rewrite/candidates.ts';
import { NetBuilder } from '../rewrite/net-builder.ts';
import { planOf, quantized } from '../rewrite/plans.ts';

const samples = Array.from(
  { length: 3 },
  (_, i) => new Map([['input', new NetBuilder().noise(192 + i, 1).slice(i)]]) as Sample,
);

function network(side: number) {
  const net = new NetBuilder();
  const first = net.convolution(net.input([1, 3, side, side]), {
    outputs: 5,
    inputs: 3,
    kernel: 3,
    relu: true,
  });
  return net.build([net.convolution(first, { outputs: 4, inputs: 5 }, 'last')]);
}

const model = network(8);
const common = {
  plan: planOf(model),
  backend: createReferenceBackend(),
  samples: { count: samples.length, load: async (index: number) => samples[index]! },
  memoryBudgetBytes: 2 ** 26,
};

describe('floatMeans', () => {
  it('has the means of what every convolution makes, by channel', async () => {
    const means = await floatMeans(common);
    const [first, last] = [...means.values()];
    expect([first!.channels, last!.channels, last!.samples]).toEqual([5, 4, 3]);
    // The last convolution is 1x1: its means are those of its input, weighted, in every sample.
    const { weight, bias } = lastConvolution();
    for (let o = 0; o < 4; o++)
      for (const [sample, { mean, values }] of last!.of(o).entries()) {
        const inputs = Array.from({ length: 5 }, (_, c) => first!.of(c)[sample]!.mean);
        const expected = inputs.reduce((sum, one, c) => sum + one * weight[o * 5 + c]!, bias[o]!);
        expect(mean).toBeCloseTo(expected, 5);
        expect(values).toBe(64);
      }
  });

  it('takes samples together as they run where shapes come in turn, in correctBiases as here', async () => {
    const count = 300;
    const sides = [4, 8];
    const noise = new NetBuilder().noise(192 + count, 1);
    const many = {
      count,
      load: async (index: number): Promise<Sample> =>
        new Map([['input', noise.slice(index, index + 3 * sides[index % 2]! ** 2)]]),
      shapes: (index: number) => new Map([['input', [1, 3, sides[index % 2]!, sides[index % 2]!]]]),
    };
    const free = network(-1);
    const planFor = (model: MnnModel) => createPlan(buildGraph(model), many.shapes(0));
    const float = { ...common, plan: planFor(free), samples: many };
    const means = await floatMeans(float);
    const parts = [...means.values()][0]!.of(0);
    expect(parts.map(({ values }) => values)).toEqual([
      ...new Array(75).fill(2 * 16),
      ...new Array(75).fill(2 * 64),
    ]);
    const candidates = int8Candidates(buildGraph(free), float.plan);
    const written = quantized(free, { 0: 0.1, 1: 0.1, 2: 0.1 }, candidates);
    const job = { ...float, model: written, quantizedPlan: planFor(written) };
    const { shifts } = await correctBiases({ ...job, means });
    expect(shifts.size).toBe(2);
    const other = await correctBiases({ ...job, memoryBudgetBytes: 1 });
    expect(other.shifts).toEqual(shifts);
  });

  it('spares correctBiases the float network, for scales that differ', async () => {
    const means = await floatMeans(common);
    for (const scale of [0.1, 0.02]) {
      const written = quantized(model, { 0: scale, 1: scale, 2: scale });
      const job = { ...common, model: written, quantizedPlan: planOf(written) };
      const totals: number[] = [];
      const onProgress = (_: number, total: number) => totals.push(total);
      const alone = await correctBiases({ ...job, onProgress });
      const given = await correctBiases({ ...job, means, onProgress });
      expect(given).toEqual(alone);
      expect(totals.at(-1)).toBeLessThan(totals[0]!);
    }
  });

  it('has to be of that network', async () => {
    const written = quantized(model, { 0: 0.1, 1: 0.1, 2: 0.1 });
    const job = { ...common, model: written, quantizedPlan: planOf(written) };
    const means = await floatMeans(common);
    const [first, last] = [...means.keys()] as [number, number];
    const refused = async (given: FloatMeans, why: RegExp) =>
      expect(correctBiases({ ...job, means: given })).rejects.toThrow(why);
    await refused(new Map(), /expected 5 channels of 3 samples for .*, got none/);
    await refused(new Map([[first, means.get(last)!]]), /got 4 of 3/);
    const fewer = await floatMeans({ ...common, samples: { ...common.samples, count: 2 } });
    await refused(fewer, /got 5 of 2/);
  });
});

function lastConvolution(): { weight: Float32Array; bias: Float32Array } {
  const main = model.net.oplists!.find(({ name }) => name === 'last')!.main;
  if (main?.type !== 'Convolution2D') throw new Error('no convolution');
  return { weight: main.value.weight!, bias: main.value.bias! };
}
