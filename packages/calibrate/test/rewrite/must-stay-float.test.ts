import { BinaryOpOperation, createTable, UnaryOpOperation } from '@mnnquant/mnn-format';
import { describe, expect, it } from 'vitest';
import { int8Candidates } from '../../src/rewrite/candidates.ts';
import { predictInt8 } from '../../src/rewrite/predict.ts';
import { NetBuilder } from './net-builder.ts';
import { planOf, quantized } from './plans.ts';

type Body = (net: NetBuilder, from: number) => number;

const scale: Body = (net, from) => {
  const value = createTable('Scale', {
    channels: 8,
    scaleData: new Float32Array(8).fill(2),
    biasData: new Float32Array(8),
  });
  return net.op('Scale', [from], { type: 'Scale', value }, 'x');
};

const maximum: Body = (net, from) => {
  const value = createTable('BinaryOp', { opType: BinaryOpOperation.MAXIMUM });
  return net.op('BinaryOp', [from, turn(net, from)], { type: 'BinaryOp', value }, 'x');
};

const turn: Body = (net, from) => {
  const value = createTable('Permute', { dims: Int32Array.of(0, 1, 3, 2) });
  return net.op('Permute', [from], { type: 'Permute', value });
};

const relu6: Body = (net, from) =>
  net.op('ReLU6', [from], { type: 'Relu6', value: createTable('Relu6', { minValue: 0, maxValue: 6 }) });

/** Whether the op x runs in int8 between `before` and a copy, with convolutions around, scales as spread. */
function runs(before: Body, body: Body): boolean {
  const net = new NetBuilder();
  const first = net.convolution(net.input([1, 3, 4, 4]), { outputs: 8, inputs: 3 });
  const after = turn(net, body(net, before(net, first)));
  const model = net.build([net.convolution(after, { outputs: 2, inputs: 8 })]);
  const all = Object.fromEntries(Array.from({ length: 12 }, (_, tensor) => [tensor, 0.02]));
  return predictInt8(quantized(model, all), planOf(model)).ops.find(({ name }) => name === 'x')!.int8;
}

/** The runtime spreads scales to tensors that the file gives none: it may not reach all sides of such an op. */
describe('an op whose int8 kernel is wrong', () => {
  it.each([
    ['Scale', scale],
    ['MAXIMUM', maximum],
  ])('%s stays float where only copies of scaled tensors are around it', (_, body) => {
    expect(runs(turn, body)).toBe(false);
  });

  it('stays float behind a ReLU6, along which the runtime spreads scales', () => {
    expect(runs(relu6, scale)).toBe(false);
  });
});

describe('a function without bounds to its slope near 0', () => {
  it.each(['SQRT', 'RSQRT', 'LOG', 'RECIPROCAL'] as const)(
    '%s stays float between convolutions, and says why',
    (name) => {
      const net = new NetBuilder();
      const first = net.convolution(net.input([1, 3, 4, 4]), { outputs: 8, inputs: 3 });
      const value = createTable('UnaryOp', { opType: UnaryOpOperation[name] });
      const root = net.op('UnaryOp', [first], { type: 'UnaryOp', value }, 'x');
      const model = net.build([net.convolution(root, { outputs: 2, inputs: 8 })]);
      const plan = planOf(model);
      const [x] = plan.graph.nodes.filter((node) => node.name === 'x');
      expect(int8Candidates(plan.graph, plan).nodes.get(x!.index)).toEqual({
        float: `the result of ${name} loses too much in int8`,
      });
      expect(runs(turn, (inner, from) => inner.op('UnaryOp', [from], { type: 'UnaryOp', value }, 'x'))).toBe(
        false,
      );
    },
  );
});
