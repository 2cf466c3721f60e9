import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTable, type Net, type Op, OpType, opTypeName, writeModel } from '@mnnquant/mnn-format';
import { describe, expect, it } from 'vitest';
import { QuantizeError } from '../src/errors.ts';
import { readSource } from '../src/read-source.ts';
import { scratchFolder, smallNet } from './scratch.ts';

/** Reads the small network after a change; the error, if it is refused. */
function refused(change: (net: Net) => Net): QuantizeError | undefined {
  const path = join(scratchFolder(), 'model.mnn');
  writeFileSync(path, writeModel(change(smallNet())));
  try {
    readSource(path);
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(QuantizeError);
    return error as QuantizeError;
  }
}

function changeConvolutions(change: (op: Op) => Op): (net: Net) => Net {
  return (net) => ({
    ...net,
    oplists: net.oplists?.map((op) => (op.main?.type === 'Convolution2D' ? change(op) : op)),
  });
}

const adding =
  (op: Op) =>
  (net: Net): Net => ({ ...net, oplists: [...(net.oplists ?? []), op] });

/** What a model has when it is quantized with MNN's tools, old and new, or came quantized from a framework. */
const types = Object.entries(OpType).filter(([name]) => /quant|int8/i.test(name));

describe('a model that is quantized already', () => {
  it.each(types)('is refused for a %s op', (name, type) => {
    const op = createTable('Op', { name: 'culprit', type });
    expect(refused(adding(op))?.message).toMatch(
      new RegExp(
        `model\\.mnn is quantized already \\(culprit is a ${opTypeName(type)}\\); give the float model`,
      ),
    );
    expect(name).toBe(opTypeName(type));
  });

  it('is refused for such an op in a body of If or While', () => {
    const op = createTable('Op', { name: 'inner', type: OpType.ConvInt8 });
    const body = createTable('SubGraphProto', { name: 'body', nodes: [op] });
    expect(refused((net) => ({ ...net, subgraphs: [body] }))?.message).toContain('inner is a ConvInt8');
  });

  it('is refused for int8 weights of a convolution', () => {
    const change = (op: Op): Op => {
      if (op.main?.type !== 'Convolution2D') return op;
      const symmetricQuan = createTable('QuantizedFloatParam', { weight: Int8Array.of(1, 2, 3) });
      return { ...op, main: { ...op.main, value: { ...op.main.value, symmetricQuan } } };
    };
    expect(refused(changeConvolutions(change))?.message).toContain('is a Convolution with int8 weights');
  });

  it.each(['scaleIn', 'scaleOut'] as const)('is refused for a convolution with %s', (scale) => {
    const change = (op: Op): Op => {
      if (op.main?.type !== 'Convolution2D') return op;
      const quanParameter = createTable('IDSTQuan', { buffer: Int8Array.of(1), [scale]: 0.02 });
      return { ...op, main: { ...op.main, value: { ...op.main.value, quanParameter } } };
    };
    expect(refused(changeConvolutions(change))?.message).toContain('with scales for its input and output');
  });

  it('is refused for the scale of a tensor', () => {
    const describe = { index: 1, quantInfo: createTable('TensorQuantInfo', { scale: 0.1 }) };
    expect(refused((net) => ({ ...net, extraTensorDescribe: [describe] }))?.message).toContain(
      '1 tensors have a scale',
    );
  });

  it('is not one whose weights are only stored with fewer bits', () => {
    const change = (op: Op): Op => {
      if (op.main?.type !== 'Convolution2D') return op;
      const quanParameter = createTable('IDSTQuan', {
        buffer: Int8Array.of(1),
        type: 1,
        alpha: Float32Array.of(1),
      });
      return { ...op, main: { ...op.main, value: { ...op.main.value, quanParameter } } };
    };
    expect(refused(changeConvolutions(change))).toBeUndefined();
  });
});
