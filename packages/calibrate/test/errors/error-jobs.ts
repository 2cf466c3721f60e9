import { buildGraph, createPlan, createReferenceBackend, type Sample } from '@mnnquant/graph';
import { createTable, type MnnModel } from '@mnnquant/mnn-format';
import type { ErrorJob } from '../../src/errors/measure-errors.ts';
import { predictInt8 } from '../../src/rewrite/predict.ts';
import { NetBuilder } from '../rewrite/net-builder.ts';
import { planOf, quantized } from '../rewrite/plans.ts';

/** A 1x1 convolution of one channel without bias. */
export function times(net: NetBuilder, from: number, weight: number, name: string): number {
  const common = createTable('Convolution2DCommon', {
    kernelX: 1,
    kernelY: 1,
    outputCount: 1,
    inputCount: 1,
  });
  const value = createTable('Convolution2D', {
    common,
    weight: Float32Array.of(weight),
    bias: Float32Array.of(0),
  });
  return net.op('Convolution', [from], { type: 'Convolution2D', value }, name);
}

/** input → times 2 ("double") → times 1 ("same"). */
export function chain(): MnnModel {
  const net = new NetBuilder();
  const double = times(net, net.input([1, 1, 1, 2]), 2, 'double');
  return net.build([times(net, double, 1, 'same')]);
}

export function jobOf(
  model: MnnModel,
  scales: Record<number, number>,
  samples: readonly (readonly number[])[],
): ErrorJob {
  const written = quantized(model, scales);
  const plan = planOf(model);
  return {
    plan,
    quantized: {
      model: written,
      plan: createPlan(buildGraph(written)),
      prediction: predictInt8(written, plan),
    },
    backend: createReferenceBackend(),
    samples: { count: samples.length, load: async (index) => sampleOf(samples[index] ?? []) },
    memoryBudgetBytes: 2 ** 20,
  };
}

export function sampleOf(values: readonly number[]): Sample {
  return new Map([['input', Float32Array.from(values)]]);
}
