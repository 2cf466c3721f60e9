import { createTable, DataType, type MnnModel, UnaryOpOperation } from '@mnnquant/mnn-format';
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
