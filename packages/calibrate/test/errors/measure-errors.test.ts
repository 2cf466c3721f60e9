import { buildGraph, createPlan, createReferenceBackend, type Sample } from '@mnnquant/graph';
import { createTable, type MnnModel } from '@mnnquant/mnn-format';
import { describe, expect, it } from 'vitest';
import { type ErrorJob, measureErrors } from '../../src/errors/measure-errors.ts';
import { predictInt8 } from '../../src/rewrite/predict.ts';
import { NetBuilder } from '../rewrite/net-builder.ts';
import { planOf, quantized } from '../rewrite/plans.ts';

/** A 1x1 convolution of one channel without bias. */
function times(net: NetBuilder, from: number, weight: number, name: string): number {
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
function chain(): MnnModel {
  const net = new NetBuilder();
  const double = times(net, net.input([1, 1, 1, 2]), 2, 'double');
  return net.build([times(net, double, 1, 'same')]);
}

function jobOf(
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

function sampleOf(values: readonly number[]): Sample {
  return new Map([['input', Float32Array.from(values)]]);
}

describe('measureErrors', () => {
  it('gives the cosine and the overflow that can be worked out by hand', async () => {
    // Steps of 1 for the input, of 1 for the double (ends at ±127), of 4 for the last.
    const job = jobOf(chain(), { 0: 1, 1: 1, 2: 4 }, [
      [3, 4.4],
      [100, 0],
    ]);
    const errors = await measureErrors(job);
    const by = new Map(errors.map((error) => [error.op, error]));
    // (3, 4.4) → (3, 4); (100, 0) stays.
    const input = (3 * 3 + 4.4 * 4) / Math.sqrt(3 * 3 + 4.4 * 4.4) / 5;
    expect(by.get('input')?.cosine).toBeCloseTo((input + 1) / 2, 6);
    expect(by.get('input')?.overflow).toBe(0);
    // Float (6, 8.8), int8 (6, 8): the same direction as the input's. 200 becomes 127: one value of four.
    expect(by.get('double')?.cosine).toBeCloseTo((input + 1) / 2, 6);
    expect(by.get('double')).toMatchObject({
      overflow: 0.25,
      clipped: 0.25,
      int8: true,
      type: 'Convolution',
    });
    // Float (6, 8.8), int8 (6, 8) → (8, 8), halves away from zero.
    const last = (6 * 8 + 8.8 * 8) / Math.hypot(6, 8.8) / Math.hypot(8, 8);
    expect(by.get('same')?.cosine).toBeCloseTo((last + 1) / 2, 6);
    expect(by.get('same')).toMatchObject({ output: true, samples: 2, worst: { sample: 0 } });
    expect(errors[0]?.op).toBe('same');
  });
});
