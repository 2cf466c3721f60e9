import { createReferenceBackend, type Sample } from '@mnnquant/graph';
import { describe, expect, it } from 'vitest';
import { correctBiases, floatMeans } from '../../src/corrections/index.ts';
import { NetBuilder } from '../rewrite/net-builder.ts';
import { planOf, quantized } from '../rewrite/plans.ts';

const samples = Array.from(
  { length: 3 },
  (_, i) => new Map([['input', new NetBuilder().noise(192 + i, 1).slice(i)]]) as Sample,
);

function network() {
  const net = new NetBuilder();
  const first = net.convolution(net.input([1, 3, 8, 8]), { outputs: 5, inputs: 3, kernel: 3, relu: true });
  return net.build([net.convolution(first, { outputs: 4, inputs: 5 }, 'last')]);
}

const model = network();
const common = {
  plan: planOf(model),
  backend: createReferenceBackend(),
  samples: { count: samples.length, load: async (index: number) => samples[index]! },
  memoryBudgetBytes: 2 ** 26,
};

describe('floatMeans', () => {
  it('has the means of what every convolution makes, by channel', async () => {
    const means = await floatMeans(common);
    expect([...means.values()].map(({ length }) => length)).toEqual([5, 4]);
    const [first, last] = [...means.values()] as [Float64Array, Float64Array];
    // The last convolution is 1x1: its means are those of its input, weighted.
    const { weight, bias } = lastConvolution();
    for (const [o, mean] of last.entries()) {
      const expected = first.reduce((sum, one, c) => sum + one * weight[o * 5 + c]!, bias[o]!);
      expect(mean).toBeCloseTo(expected, 5);
    }
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
    const [[tensor]] = [...(await floatMeans(common))] as [[number, Float64Array]];
    await expect(correctBiases({ ...job, means: new Map() })).rejects.toThrow(/expected 5 of .*, got none/);
    await expect(correctBiases({ ...job, means: new Map([[tensor, new Float64Array(2)]]) })).rejects.toThrow(
      /got 2/,
    );
  });
});

function lastConvolution(): { weight: Float32Array; bias: Float32Array } {
  const main = model.net.oplists!.find(({ name }) => name === 'last')!.main;
  if (main?.type !== 'Convolution2D') throw new Error('no convolution');
  return { weight: main.value.weight!, bias: main.value.bias! };
}
