import { buildGraph, createPlan, type Sample } from '@mnnquant/graph';
import type { MnnModel } from '@mnnquant/mnn-format';
import { type CpuBackend, createCpuBackend } from '@mnnquant/tensor-cpu/node';
import { describe, expect, it } from 'vitest';
import { correctBiases } from '../src/corrections/index.ts';
import { measureErrors } from '../src/errors/measure-errors.ts';
import { predictInt8 } from '../src/rewrite/predict.ts';
import { NetBuilder } from './rewrite/net-builder.ts';
import { planOf, quantized } from './rewrite/plans.ts';

function network(): MnnModel {
  const net = new NetBuilder();
  const first = net.convolution(net.input([1, 3, 8, 8]), { outputs: 6, inputs: 3, kernel: 3, relu: true });
  const second = net.convolution(first, { outputs: 6, inputs: 6, kernel: 3, relu: true, depthwise: true });
  return net.build([net.convolution(second, { outputs: 4, inputs: 6 }, 'last')]);
}

const images = Array.from({ length: 4 }, (_, i): Sample => {
  const pixels = new NetBuilder().noise(192 + 7 * i, 1).slice(7 * i);
  return new Map([['input', pixels.map((value) => value + 0.3)]]);
});

const model = network();
const plan = planOf(model);

/** Another model, and so other nodes, each time. */
function quantizedBy(round: number) {
  const step = 0.03 + round / 1000;
  const written = quantized(model, { 0: step, 1: step, 2: step, 3: step });
  return { model: written, plan: createPlan(buildGraph(written)), prediction: predictInt8(written, plan) };
}

const common = { plan, samples: { count: images.length, load: async (index: number) => images[index]! } };

/** What is done with one int8 model of many. */
const WORK: Readonly<Record<string, (backend: CpuBackend, round: number) => Promise<unknown>>> = {
  'correcting biases in one run': async (backend, round) => {
    const { model: written, plan: quantizedPlan } = quantizedBy(round);
    const job = { ...common, backend, model: written, quantizedPlan, memoryBudgetBytes: 2 ** 26 };
    expect((await correctBiases(job)).passes).toBe(1);
  },
  'correcting biases layer by layer': async (backend, round) => {
    const { model: written, plan: quantizedPlan } = quantizedBy(round);
    const job = { ...common, backend, model: written, quantizedPlan, memoryBudgetBytes: 1 };
    expect((await correctBiases(job)).passes).toBe(3);
  },
  'correcting biases, interrupted': async (backend, round) => {
    const { model: written, plan: quantizedPlan } = quantizedBy(round);
    const job = { ...common, backend, model: written, quantizedPlan, memoryBudgetBytes: 2 ** 26 };
    const onProgress = (done: number, total: number) => {
      if (2 * done > total) throw new Error('the time is over');
    };
    await expect(correctBiases({ ...job, onProgress })).rejects.toThrow('the time is over');
  },
  'measuring errors': (backend, round) => measured(backend, round, {}),
  'measuring errors, also of each op alone': (backend, round) =>
    measured(backend, round, { isolated: 'simulated' }),
  'measuring errors, also of each op alone, rounded': (backend, round) =>
    measured(backend, round, { isolated: 'rounded' }),
};

function measured(
  backend: CpuBackend,
  round: number,
  { isolated }: { isolated?: 'simulated' | 'rounded' },
): Promise<unknown> {
  const given = { ...common, backend, quantized: quantizedBy(round), memoryBudgetBytes: 2 ** 26 };
  return measureErrors({ ...given, ...(isolated && { isolated }) });
}

describe('a backend does not grow with the int8 models it is used for', () => {
  it.each(Object.entries(WORK))('%s', async (_, work) => {
    const backend = await createCpuBackend();
    const uses: unknown[] = [];
    for (let round = 0; round < 5; round++) {
      await work(backend, round);
      const { used, blocks } = backend.memoryUse;
      uses.push({ used, blocks });
    }
    // What is made the first time: the float network's weights, working memory, and descriptions of windows.
    expect(uses).toEqual(Array.from(uses, () => uses[0]));
    await backend.dispose();
  });
});
