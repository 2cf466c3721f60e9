import {
  BinaryOpOperation,
  createTable,
  type MnnModel,
  PoolType,
  UnaryOpOperation,
} from '@mnnquant/mnn-format';
import { NetBuilder } from './net-builder.ts';

export const SHAPE = [1, 8, 12, 12];

/** A network whose ops are named, to be skipped in all ways. */
export interface SkippedNet {
  readonly title: string;
  readonly ops: readonly string[];
  build(): MnnModel;
}

/** Adds ops to a network by name, from the input on; gives the outputs. */
type Body = (ops: Ops, input: number) => number[];

class Ops {
  readonly net = new NetBuilder();
  readonly names: string[] = [];

  convolution(from: number, name: string, spec: { relu?: boolean; inputs?: number; group?: number } = {}) {
    this.names.push(name);
    return this.net.convolution(from, { inputs: 8, outputs: 8, kernel: 3, ...spec }, name);
  }

  binary(one: number, other: number, name: string, opType: number, activationType = 0): number {
    const value = createTable('BinaryOp', { opType, activationType });
    return this.#op('BinaryOp', [one, other], { type: 'BinaryOp', value }, name);
  }

  sum(one: number, other: number, name: string): number {
    return this.binary(one, other, name, BinaryOpOperation.ADD, 1);
  }

  pool(from: number, name: string, table: Parameters<typeof createTable<'Pool'>>[1]): number {
    return this.#op('Pooling', [from], { type: 'Pool', value: createTable('Pool', table) }, name);
  }

  maximum(from: number, name: string): number {
    return this.pool(from, name, { type: PoolType.MAXPOOL, kernelX: 2, kernelY: 2, strideX: 2, strideY: 2 });
  }

  permute(from: number, name: string): number {
    const value = createTable('Permute', { dims: Int32Array.of(0, 1, 3, 2) });
    return this.#op('Permute', [from], { type: 'Permute', value }, name);
  }

  reshape(from: number, name: string): number {
    const value = createTable('Reshape', { dims: Int32Array.of(0, 8, 1, 1) });
    return this.#op('Reshape', [from], { type: 'Reshape', value }, name);
  }

  relu6(from: number, name: string): number {
    return this.#op('ReLU6', [from], { type: 'Relu6', value: createTable('Relu6', { maxValue: 6 }) }, name);
  }

  leaky(from: number, name: string): number {
    return this.#op('ReLU', [from], { type: 'Relu', value: createTable('Relu', { slope: 0.1 }) }, name);
  }

  unary(from: number, name: string, opType: number): number {
    return this.#op('UnaryOp', [from], { type: 'UnaryOp', value: createTable('UnaryOp', { opType }) }, name);
  }

  concat(from: readonly number[], name: string): number {
    return this.#op('Concat', from, { type: 'Axis', value: createTable('Axis', { axis: 1 }) }, name);
  }

  halves(from: number, name: string): [number, number] {
    this.names.push(name);
    const value = createTable('Slice', { axis: 1, slicePoints: Int32Array.of(4) });
    return this.net.opWithOutputs('Slice', [from], 2, { type: 'Slice', value }, name) as [number, number];
  }

  #op(...[type, inputs, main, name]: Parameters<NetBuilder['op']>): number {
    this.names.push(name!);
    return this.net.op(type, inputs, main, name);
  }
}

function net(title: string, body: Body): SkippedNet {
  const build = () => {
    const ops = new Ops();
    return { model: ops.net.build(body(ops, ops.net.input(SHAPE))), ops: ops.names };
  };
  return { title, ops: build().ops, build: () => build().model };
}

/** Two branches of a convolution each, which an op joins. */
function joined(ops: Ops, input: number, kind: 'sum' | 'maximum'): number {
  const [a, b] = [ops.convolution(input, 'a', { relu: true }), ops.convolution(input, 'b')];
  return kind === 'sum' ? ops.sum(a, b, kind) : ops.binary(a, b, kind, BinaryOpOperation.MAXIMUM);
}

/** Copies, a pool and a mean between sums with ReLU and the convolutions behind them. */
const RESIDUAL = net('a residual network', (ops, input) => {
  const a = ops.convolution(input, 'a', { relu: true });
  const x = ops.sum(ops.convolution(a, 'b'), a, 'sum');
  const turned = ops.permute(x, 'turned');
  const y = ops.sum(ops.convolution(ops.convolution(x, 'c', { relu: true }), 'd'), turned, 'second');
  const z = ops.convolution(ops.maximum(y, 'pool'), 'e', { relu: true });
  const flat = ops.reshape(ops.pool(z, 'mean', { type: PoolType.AVEPOOL, isGlobal: true }), 'flat');
  return [ops.convolution(flat, 'last')];
});

const SLICED = (['sum', 'maximum'] as const).flatMap((kind) => [
  net(`both halves of a ${kind}`, (ops, input) => {
    const [one, other] = ops.halves(joined(ops, input, kind), 'halves');
    return [ops.convolution(one, 'c', { inputs: 4 }), ops.convolution(other, 'd', { inputs: 4 })];
  }),
  net(`half of a ${kind}, behind a ReLU with a slope`, (ops, input) => {
    const [one, other] = ops.halves(joined(ops, input, kind), 'halves');
    const c = ops.convolution(ops.leaky(one, 'leaky'), 'c', { inputs: 4 });
    return [c, ops.unary(other, 'square', UnaryOpOperation.SQUARE)];
  }),
]);

const POOLED = [true, false].flatMap((relu) => [
  net(`a maximum${relu ? ' behind ReLU' : ''}`, (ops, input) => [
    ops.convolution(ops.maximum(ops.convolution(input, 'a', { relu }), 'pool'), 'b'),
  ]),
  net(`a maximum${relu ? ' behind ReLU' : ''}, turned`, (ops, input) => [
    ops.convolution(ops.permute(ops.maximum(ops.convolution(input, 'a', { relu }), 'pool'), 'turned'), 'b'),
  ]),
  net(`a maximum${relu ? ' behind ReLU' : ''} of groups, with ReLU6`, (ops, input) => [
    ops.convolution(
      ops.relu6(ops.maximum(ops.convolution(input, 'a', { relu, group: 2 }), 'pool'), 'relu6'),
      'b',
    ),
  ]),
  net(`a wide average${relu ? ' behind ReLU' : ''}`, (ops, input) => {
    const window = { kernelX: 6, kernelY: 6, strideX: 2, strideY: 2 };
    const a = ops.convolution(input, 'a', { relu });
    return [ops.convolution(ops.pool(a, 'pool', { type: PoolType.AVEPOOL, ...window }), 'b')];
  }),
]);

export const SKIPPED_NETS: readonly SkippedNet[] = [
  RESIDUAL,
  ...SLICED,
  ...POOLED,
  net('a maximum of the input, behind a ReLU with a slope', (ops, input) => [
    ops.convolution(ops.leaky(ops.maximum(input, 'pool'), 'leaky'), 'a'),
  ]),
  net('a sigmoid, turned', (ops, input) => {
    const sigmoid = ops.unary(ops.convolution(input, 'a'), 'sigmoid', UnaryOpOperation.SIGMOID);
    return [ops.convolution(ops.permute(sigmoid, 'turned'), 'b')];
  }),
  net('two convolutions less because of a maximum of both', (ops, input) => {
    const stem = ops.convolution(input, 'stem', { relu: true });
    return [ops.convolution(ops.convolution(joined(ops, stem, 'maximum'), 'c', { relu: true }), 'd')];
  }),
  net('an average of what is turned', (ops, input) => {
    const window = { kernelX: 2, kernelY: 2, strideX: 2, strideY: 2 };
    const turned = ops.permute(ops.convolution(input, 'a'), 'turned');
    return [ops.convolution(ops.pool(turned, 'pool', { type: PoolType.AVEPOOL, ...window }), 'b')];
  }),
  net('a concatenation of two ranges', (ops, input) => {
    const a = ops.convolution(input, 'a', { relu: true });
    let wide = ops.convolution(input, 'wide', { relu: true });
    for (const name of ['doubled', 'again']) wide = ops.binary(wide, wide, name, BinaryOpOperation.ADD);
    const both = ops.convolution(ops.concat([a, wide], 'both'), 'c', { inputs: 16 });
    return [both, ops.convolution(a, 'd')];
  }),
];

/** None, each op, each pair; seeded choices of more where there are many. */
export function choicesOf(ops: readonly string[]): string[][] {
  const pairs = ops.flatMap((one, i) => ops.slice(i).map((other) => [...new Set([one, other])]));
  let seed = 7;
  const next = (): number => {
    seed = (seed * 16807) % 2147483647;
    return seed / 2147483647;
  };
  const more = Array.from({ length: 3 * ops.length }, () => ops.filter(() => next() < 0.4));
  return [[], ...pairs, ...more];
}
