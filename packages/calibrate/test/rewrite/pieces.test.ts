import {
  createTable,
  DataType,
  MNN_DATA_FORMAT,
  type MnnModel,
  UnaryOpOperation,
} from '@mnnquant/mnn-format';
import { describe, expect, it } from 'vitest';
import { withScalesForPieces } from '../../src/rewrite/pieces.ts';
import { NetBuilder } from './net-builder.ts';
import { planOf, quantized } from './plans.ts';

/**
 * Two convolutions, and a copy of what lies between them that only float ops read. With `cut`, places of
 * the output's nonzero numbers are an output too: the runtime runs that op by itself, in a piece of its own.
 */
function network(cut: boolean): { model: MnnModel; middle: number; copies: number[] } {
  const net = new NetBuilder();
  const middle = net.convolution(net.input([1, 3, 4, 4]), { outputs: 8, inputs: 3 });
  const last = net.convolution(middle, { outputs: 2, inputs: 8 });
  const permute = (from: number) => {
    const value = createTable('Permute', { dims: Int32Array.of(0, 1, 3, 2) });
    return net.op('Permute', [from], { type: 'Permute', value });
  };
  const once = permute(middle);
  const twice = permute(once);
  const exp = net.op('UnaryOp', [twice], {
    type: 'UnaryOp',
    value: createTable('UnaryOp', { opType: UnaryOpOperation.EXP }),
  });
  const outputs = [last, exp];
  if (cut) {
    const value = createTable('CastParam', { srcT: DataType.DT_FLOAT, dstT: DataType.DT_INT32 });
    outputs.push(net.op('Where', [net.op('Cast', [last], { type: 'CastParam', value })]));
  }
  return { model: net.build(outputs), middle, copies: [once, twice] };
}

function described(model: MnnModel): Map<number, number> {
  return new Map(
    (model.net.extraTensorDescribe ?? []).map(({ index, quantInfo }) => [index, quantInfo!.scale]),
  );
}

/** A convolution cut into a list, two elements of which go to another one. */
function listNetwork(cut: boolean): { model: MnnModel; middle: number; lists: number[] } {
  const net = new NetBuilder();
  const middle = net.convolution(net.input([1, 3, 4, 4]), { outputs: 8, inputs: 3 });
  const whole = (value: number) =>
    net.op('Const', [], {
      type: 'Blob',
      value: createTable('Blob', {
        dims: Int32Array.of(),
        dataType: DataType.DT_INT32,
        int32s: Int32Array.of(value),
      }),
    });
  const list = (type: 'TensorArraySplit' | 'TensorArrayErase' | 'TensorArrayConcat', inputs: number[]) =>
    net.op(type, inputs, { type: 'TensorArray', value: createTable('TensorArray', { axis: 1 }) });
  const { NCHW, NC4HW4 } = MNN_DATA_FORMAT;
  const convert = (from: number, source: MNN_DATA_FORMAT, dest: MNN_DATA_FORMAT) =>
    net.op('ConvertTensor', [from], {
      type: 'TensorConvertInfo',
      value: createTable('TensorConvertInfo', { source, dest }),
    });
  const [handle, empty] = net.emptyList(whole(0));
  const split = list('TensorArraySplit', [handle, convert(middle, NC4HW4, NCHW), whole(2), empty]);
  const shorter = list('TensorArrayErase', [split, whole(1), split]);
  const joined = convert(list('TensorArrayConcat', [shorter, shorter]), NCHW, NC4HW4);
  const last = net.convolution(joined, { outputs: 2, inputs: 6 });
  const value = createTable('CastParam', { srcT: DataType.DT_FLOAT, dstT: DataType.DT_INT32 });
  const where = () => net.op('Where', [net.op('Cast', [last], { type: 'CastParam', value })]);
  return { model: net.build(cut ? [last, where()] : [last]), middle, lists: [split, shorter] };
}

describe('lists of tensors', () => {
  it('have a scale that differs from all others where a network is run in pieces, so that they stay float', () => {
    const { model, middle, lists } = listNetwork(true);
    const plan = planOf(model);
    const scales = described(withScalesForPieces(quantized(model), plan));
    const found = [middle, ...lists].map((tensor) => scales.get(tensor)!);
    expect(new Set(found).size).toBe(3);
    for (const scale of found) expect(scale / found[0]!).toBeCloseTo(1, 6);
  });

  it('have no scale of their own elsewhere', () => {
    const { model, lists } = listNetwork(false);
    const scales = described(withScalesForPieces(quantized(model), planOf(model)));
    for (const list of lists) expect(scales.has(list)).toBe(false);
  });
});

describe('scales of a network that the runtime runs in pieces', () => {
  it('are written for tensors, too, that the runtime would hand them on to, views of views among them', () => {
    const { model, middle, copies } = network(true);
    const plan = planOf(model);
    const written = quantized(model);
    const scales = described(withScalesForPieces(written, plan));
    for (const copy of copies) {
      expect(described(written).has(copy)).toBe(false);
      expect(scales.get(copy)).toBe(scales.get(middle));
    }
  });

  it('change nothing else', () => {
    const { model, copies } = network(true);
    const written = quantized(model);
    const scales = described(withScalesForPieces(written, planOf(model)));
    for (const copy of copies) scales.delete(copy);
    expect(scales).toEqual(described(written));
  });

  it('stay as they are where the network runs in one piece', () => {
    const { model } = network(false);
    const written = quantized(model);
    expect(withScalesForPieces(written, planOf(model))).toBe(written);
  });
});
