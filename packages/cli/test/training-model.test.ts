import { readFileSync } from 'node:fs';
import { createTable, type Net, type Op, OpType, readModel } from '@mnnquant/mnn-format';
import { describe, expect, it } from 'vitest';
import { quantizeFile } from '../src/quantize-file.ts';
import { smallJob, smallNet } from './scratch.ts';

/** The small net as a training framework exports it: each convolution with a BatchNorm and a ReLU behind it. */
function trainingNet(): Net {
  const net = smallNet();
  const tensorName = [...net.tensorName!];
  const oplists: Op[] = [];
  const last = new Map<number, number>();
  const add = (op: Op, from: number, name: string, type: number, main?: Op['main']): number => {
    tensorName.push(name);
    const to = tensorName.length - 1;
    const wires = { inputIndexes: Int32Array.of(from), outputIndexes: Int32Array.of(to) };
    oplists.push({ ...op, ...wires, name, type, main });
    return to;
  };
  for (const op of net.oplists!) {
    const inputIndexes = op.inputIndexes?.map((id) => last.get(id) ?? id);
    if (op.main?.type !== 'Convolution2D') {
      oplists.push(op);
      continue;
    }
    const { common } = op.main.value;
    const value = { ...op.main.value, common: { ...common!, relu: false } };
    oplists.push({ ...op, inputIndexes, main: { type: 'Convolution2D', value } });
    const [id] = op.outputIndexes!;
    const bn = add(op, id!, `${op.name}_bn`, OpType.BatchNorm, {
      type: 'BatchNorm',
      value: batchNorm(common!.outputCount),
    });
    last.set(id!, add(op, bn, `${op.name}_relu`, OpType.ReLU));
  }
  return { ...net, oplists, tensorName, outputName: ['conv2_relu'] };
}

function batchNorm(channels: number) {
  const values = (at: number) => Float32Array.from({ length: channels }, (_, i) => at + i / 4);
  return createTable('BatchNorm', {
    channels,
    slopeData: values(1),
    biasData: values(0.5),
    meanData: values(0.1),
    varData: values(0.5),
    epsilon: 1e-5,
  });
}

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
