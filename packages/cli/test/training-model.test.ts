import { readFileSync } from 'node:fs';
import { readModel } from '@mnnquant/mnn-format';
import { describe, expect, it } from 'vitest';
import { quantizeFile } from '../src/quantize-file.ts';
import { smallJob } from './scratch.ts';
import { trainingNet } from './training-net.ts';

describe('a model converted for training', () => {
  const run = (change: Record<string, unknown> = {}) => {
    const { source, target, config } = smallJob(change, trainingNet());
    return quantizeFile({ source, target, config, memoryBytes: 2 ** 28 }).then((outcome) => ({
      outcome,
      net: readModel(readFileSync(target)).net,
    }));
  };

  it('is folded, quantized as asked, and that is said', async () => {
    const { outcome, net } = await run();
    expect(outcome.warnings).toEqual(['2 BatchNorm layers folded with the stored statistics']);
    expect(outcome.prediction.convolutions).toEqual({ int8: 2, total: 2 });
    expect(outcome.fallbacks).toEqual({});
    expect(net.oplists!.map(({ name }) => name)).toEqual(['image', 'conv1', 'conv2']);
    expect(net.outputName).toEqual(['conv2_relu']);
  });

  it('a folded layer is skipped by its own name', async () => {
    const { outcome } = await run({ skip_quant_op_names: ['conv2_bn'] });
    expect(outcome.prediction.ops.find(({ name }) => name === 'conv2')?.int8).toBe(false);
    expect(outcome.prediction.ops.find(({ name }) => name === 'conv1')?.int8).toBe(true);
  });

  it('with EMA it may run as in training: each batch normalized by itself', async () => {
    const ema = { feature_quantize_method: 'EMA', batch_size: 2 };
    const [stored, moved] = [await run(ema), await run({ ...ema, bn: 'train' })];
    expect(moved.outcome.warnings).toEqual([
      '2 BatchNorm layers folded with statistics that moved with the samples',
    ]);
    expect(moved.outcome.prediction.convolutions).toEqual({ int8: 2, total: 2 });
    expect(moved.net.oplists!.map(({ name }) => name)).toEqual(['image', 'conv1', 'conv2']);
    const scalesOf = ({ net }: typeof moved) =>
      net
        .extraTensorDescribe!.map(({ quantInfo }) => quantInfo?.scale)
        .filter((scale) => scale !== undefined);
    expect(scalesOf(moved).length).toBe(scalesOf(stored).length);
    expect(scalesOf(moved)).not.toEqual(scalesOf(stored));
  });

  it('without EMA there are no statistics of batches, and that is said', async () => {
    const { outcome } = await run({ bn: 'train' });
    expect(outcome.warnings).toEqual([
      expect.stringContaining('"bn": "train" has no effect'),
      '2 BatchNorm layers folded with the stored statistics',
    ]);
  });
});
