import { buildGraph, createPlan, createReferenceBackend, execute, type Sample } from '@mnnquant/graph';
import type { BatchNorm, MnnModel } from '@mnnquant/mnn-format';
import { MNN_DATA_FORMAT } from '@mnnquant/mnn-format';
import { describe, expect, it } from 'vitest';
import { BatchNormError, BatchNormStatistics } from '../../src/batch-norm/index.ts';
import { NetBuilder } from '../rewrite/net-builder.ts';
import { batchNorm } from './models.ts';

const LAYER: Partial<BatchNorm> = {
  slopeData: Float32Array.of(2, 0),
  biasData: Float32Array.of(1, 5),
  meanData: Float32Array.of(10, -10),
  varData: Float32Array.of(4, 1),
  epsilon: 1,
};

function single(format: MNN_DATA_FORMAT, dims: number[]): MnnModel {
  const net = new NetBuilder();
  return net.build([batchNorm(net, net.input(dims, format), 2, 'bn', LAYER)]);
}

const samples = (...values: number[][]): Sample[] =>
  values.map((one) => new Map([['input', Float32Array.from(one)]]));

/** Runs batches as training does; returns the outputs of the last. */
async function train(model: MnnModel, batches: readonly Sample[][]) {
  const plan = createPlan(buildGraph(model));
  const backend = createReferenceBackend();
  const training = new BatchNormStatistics(plan);
  let last: number[][] = [];
  for (const batch of batches) {
    const { outputs } = await execute(plan, backend, batch, {
      async onTensor(event) {
        await training.normalize(event, backend);
        await training.measure(event, backend);
      },
    });
    last = outputs.map((output) => Array.from([...output.values()][0]!.data));
  }
  return { training, last };
}

describe('BatchNormStatistics', () => {
  // Channel 0 holds 0, 2, 4, 6 over both samples: mean 3, variance 5; channel 1 holds 1 and 3: 2 and 1.
  const whole = samples([0, 2, 1, 3], [4, 6, 1, 3]);

  it('normalizes by mean and biased variance of the whole batch', async () => {
    const { last } = await train(single(MNN_DATA_FORMAT.NCHW, [1, 2, 1, 2]), [whole]);
    const root = Math.sqrt(6);
    const expected = [
      [(2 * -3) / root + 1, (2 * -1) / root + 1, 5, 5],
      [(2 * 1) / root + 1, (2 * 3) / root + 1, 5, 5],
    ];
    for (const [s, values] of expected.entries())
      for (const [i, value] of values.entries()) expect(last[s]![i]).toBeCloseTo(value, 5);
  });

  it('moves the stored statistics by a hundredth for each batch, from the first on', async () => {
    const once = (await train(single(MNN_DATA_FORMAT.NCHW, [1, 2, 1, 2]), [whole])).training.statistics();
    expect(once.get(1)!.mean[0]).toBeCloseTo(0.99 * 10 + 0.01 * 3, 12);
    expect(once.get(1)!.variance[0]).toBeCloseTo(0.99 * 4 + 0.01 * 5, 12);
    const { training } = await train(single(MNN_DATA_FORMAT.NCHW, [1, 2, 1, 2]), [whole, whole]);
    const twice = training.statistics().get(1)!;
    expect(twice.mean[1]).toBeCloseTo(0.99 * (0.99 * -10 + 0.01 * 2) + 0.01 * 2, 12);
    expect(twice.variance[1]).toBeCloseTo(1, 12);
  });

  it('takes channels that lie last', async () => {
    const { last, training } = await train(single(MNN_DATA_FORMAT.NHWC, [1, 1, 2, 2]), [
      samples([0, 1, 2, 3], [4, 1, 6, 3]),
    ]);
    expect(last[1]![2]).toBeCloseTo((2 * 3) / Math.sqrt(6) + 1, 5);
    expect(training.statistics().get(1)!.mean[0]).toBeCloseTo(9.93, 12);
  });

  it('is exact where the mean is large', async () => {
    const far = samples([1e6, 1e6 + 2, 0, 0], [1e6 + 4, 1e6 + 6, 0, 0]);
    const { training } = await train(single(MNN_DATA_FORMAT.NCHW, [1, 2, 1, 2]), [far]);
    expect(training.statistics().get(1)!.variance[0]).toBeCloseTo(0.99 * 4 + 0.01 * 5, 9);
  });

  it('what has no BatchNorm has no statistics', async () => {
    const net = new NetBuilder();
    const model = net.build([net.op('ReLU', [net.input([1, 2, 1, 2])])]);
    const { training } = await train(model, [whole]);
    expect([training.size, training.statistics().size]).toEqual([0, 0]);
  });

  it('refuses values that are not finite', async () => {
    const run = train(single(MNN_DATA_FORMAT.NCHW, [1, 2, 1, 2]), [samples([0, Number.NaN, 1, 2])]);
    await expect(run).rejects.toThrow(BatchNormError);
    await expect(run).rejects.toThrow(
      /bn \(BatchNorm\): channel 0 of its input has values that are not finite/,
    );
  });

  it('refuses stored statistics that are not usable', () => {
    const net = new NetBuilder();
    const bn = batchNorm(net, net.input([1, 2, 1, 2]), 2, 'bn', {
      slopeData: Float32Array.of(1, Number.NaN),
    });
    expect(() => new BatchNormStatistics(createPlan(buildGraph(net.build([bn]))))).toThrow(/finite slope/);
  });
});
