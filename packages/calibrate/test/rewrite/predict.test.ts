import {
  BinaryOpOperation,
  createTable,
  MNN_DATA_FORMAT,
  PoolType,
  UnaryOpOperation,
} from '@mnnquant/mnn-format';
import { describe, expect, it } from 'vitest';
import { int8Candidates } from '../../src/rewrite/candidates.ts';
import { predictInt8 } from '../../src/rewrite/predict.ts';
import { NetBuilder } from './net-builder.ts';
import { planOf, quantized } from './plans.ts';

/** What runs, int8 with a star, of input 0 → conv 1 → middle → conv; scales of tensors by id. */
function run(
  middle: (net: NetBuilder, from: number) => number,
  scales: Record<number, number> = {},
  channels = 8,
): string {
  const net = new NetBuilder();
  const first = net.convolution(net.input([1, 3, 4, 4]), { outputs: 8, inputs: 3 });
  const last = net.convolution(middle(net, first), { outputs: 2, inputs: channels });
  const model = net.build([last]);
  const { commands, casts } = predictInt8(quantized(model, scales), planOf(model));
  return `${commands.map(({ type, int8 }) => type + (int8 ? '*' : '')).join(' ')}, casts ${casts}`;
}

const unary = (opType: number) => (net: NetBuilder, from: number) =>
  net.op('UnaryOp', [from], { type: 'UnaryOp', value: createTable('UnaryOp', { opType }) });

const binary = (opType: number) => (net: NetBuilder, from: number) =>
  net.op('BinaryOp', [from, net.convolution(from, { outputs: 8, inputs: 8 })], {
    type: 'BinaryOp',
    value: createTable('BinaryOp', { opType }),
  });

const relu = (net: NetBuilder, from: number) =>
  net.op('ReLU', [from], { type: 'Relu', value: createTable('Relu') });

const pool = (type: number) => (net: NetBuilder, from: number) =>
  net.op('Pooling', [from], {
    type: 'Pool',
    value: createTable('Pool', { type, kernelX: 2, kernelY: 2, strideX: 2, strideY: 2 }),
  });

/** The expected lines are what MNN 3.6.1 ran of such networks (runSessionWithCallBackInfo, x86-64). */
describe('predictInt8: as MNN ran it', () => {
  it.each([
    ['nothing', (_: NetBuilder, from: number) => from, 'Convolution* Convolution*, casts 1'],
    ['a table', unary(UnaryOpOperation.SILU), 'Convolution* UnaryOp* Convolution*, casts 1'],
    ['a sum', binary(BinaryOpOperation.ADD), 'Convolution* Convolution* BinaryOp* Convolution*, casts 1'],
    [
      'ReLU6',
      (net: NetBuilder, from: number) =>
        net.op('ReLU6', [from], { type: 'Relu6', value: createTable('Relu6') }),
      'Convolution* ReLU6 Convolution*, casts 3',
    ],
  ])('between convolutions: %s', (_title, middle, expected) => {
    expect(run(middle)).toBe(expected);
  });

  it('ReLU: in int8 where it inherits its scale', () => {
    expect(run(relu, { 1: 0.1, 2: 0.1 })).toBe('Convolution* ReLU* Convolution*, casts 1');
    expect(run(relu, { 1: 0.1, 2: 0.2 })).toBe('Convolution* ReLU Convolution*, casts 3');
  });

  it('pools: in int8 where the scales agree', () => {
    expect(run(pool(PoolType.AVEPOOL), { 1: 0.1, 2: 0.1 })).toBe(
      'Convolution* Pooling* Convolution*, casts 1',
    );
    expect(run(pool(PoolType.AVEPOOL), { 1: 0.1, 2: 0.2 })).toBe(
      'Convolution* Pooling Convolution*, casts 3',
    );
    expect(run(pool(PoolType.MAXPOOL), { 1: 0.1, 2: 0.1 })).toBe(
      'Convolution* Pooling Convolution*, casts 3',
    );
  });

  it('Concat: a copy in int8 where the scales agree', () => {
    const concat = (net: NetBuilder, from: number) =>
      net.op('Concat', [from, net.convolution(from, { outputs: 8, inputs: 8 })], {
        type: 'Axis',
        value: createTable('Axis', { axis: 1 }),
      });
    expect(run(concat, { 1: 0.1, 2: 0.1, 3: 0.1 }, 16)).toBe(
      'Convolution* Convolution* Raster* Convolution*, casts 1',
    );
    expect(run(concat, {}, 16)).toBe('Convolution* Convolution* Raster Convolution*, casts 4');
  });

  it('LSTM: loops in float over a copy, here as one command', () => {
    const lstm = (net: NetBuilder, from: number) => {
      const reshape = (tensor: number, ...dims: number[]) =>
        net.op('Reshape', [tensor], {
          type: 'Reshape',
          value: createTable('Reshape', { dims: Int32Array.from(dims), dimType: MNN_DATA_FORMAT.NCHW }),
        });
      const weights = [
        [1, 32, 32],
        [1, 32, 8],
        [1, 32],
      ].map((dims) =>
        net.constant(dims, [
          ...net.noise(
            dims.reduce((product, extent) => product * extent, 1),
            0.3,
          ),
        ]),
      );
      const states = net.op('LSTM', [reshape(from, 4, 1, 32), ...weights], {
        type: 'LSTM',
        value: createTable('LSTM', { outputCount: 8 }),
      });
      return reshape(states, 1, 8, 4, 1);
    };
    expect(run(lstm)).toBe('Convolution* Raster* LSTM Raster Convolution*, casts 3');
  });
});

describe('predictInt8: the account', () => {
  it('names every op with its reason and counts convolutions and multiply-adds', () => {
    const net = new NetBuilder();
    const first = net.convolution(net.input([1, 4, 4, 4]), { outputs: 4, inputs: 4, group: 2 }, 'grouped');
    const second = net.convolution(first, { outputs: 8, inputs: 4, kernel: 3 }, 'dense');
    const model = net.build([second]);
    const plan = planOf(model);
    const written = quantized(model);
    const { ops, convolutions, multiplyAdds } = predictInt8(written, plan);
    const [grouped] = predictInt8(written, plan, int8Candidates(plan.graph, plan)).ops;
    expect(grouped?.reason).toBe("MNN's int8 kernel ignores groups");
    expect(ops).toEqual([
      { node: 1, name: 'grouped', type: 'Convolution', int8: false, reason: expect.any(String) },
      { node: 2, name: 'dense', type: 'Convolution', int8: true },
    ]);
    expect(convolutions).toEqual({ int8: 1, total: 2 });
    expect(multiplyAdds).toEqual({ int8: 16 * 8 * 4 * 9, total: 16 * 8 * 4 * 9 + 16 * 4 * 2 });
  });

  it('copies in and out around a convolution that is fed NCHW, and finds scales through the copies', () => {
    const net = new NetBuilder();
    const input = net.input([1, 3, 4, 4], MNN_DATA_FORMAT.NCHW);
    const model = net.build([net.convolution(input, { outputs: 8, inputs: 3 })]);
    const { commands } = predictInt8(quantized(model), planOf(model));
    expect(commands.map(({ type, int8 }) => type + (int8 ? '*' : ''))).toEqual([
      'Raster*',
      'Convolution*',
      'Raster*',
    ]);
  });

  it('finds a float model all float', () => {
    const net = new NetBuilder();
    const model = net.build([net.convolution(net.input([1, 3, 4, 4]), { outputs: 8, inputs: 3 })]);
    const { ops, casts } = predictInt8(model, planOf(model));
    expect(casts).toBe(0);
    expect(ops.every(({ int8 }) => !int8)).toBe(true);
  });
});
