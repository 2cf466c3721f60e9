import {
  BinaryOpOperation,
  createTable,
  DataType,
  type MnnModel,
  type Op,
  PoolType,
  UnaryOpOperation,
} from '@mnnquant/mnn-format';
import { type ConvolutionSpec, NetBuilder } from '../../packages/calibrate/test/rewrite/net-builder.ts';

const CHANNELS = 20;

/** What the values before an op look like: of both signs, behind a ReLU, or far to one side. */
export type Values = 'signed' | 'rectified' | 'skewed';

/** Adds ops between two convolutions; gets one or two tensors of 20 channels, 9 x 11. */
type Body = (net: NetBuilder, a: number, b: number) => { readonly from: number; readonly channels?: number };

export interface ZeroPointNet {
  readonly title: string;
  build(values: Values): { readonly model: MnnModel; readonly output: number };
}

/** input → convolutions → the op → convolution, so that the op lies between tensors in int8. */
function net(title: string, body: Body, two = false, change?: (op: Op) => Op): ZeroPointNet {
  return {
    title,
    build(values) {
      const builder = new NetBuilder();
      const input = builder.input([1, 12, 9, 11]);
      const spec = { inputs: 12, outputs: CHANNELS, kernel: 3, relu: values === 'rectified' };
      const a = builder.convolution(input, spec, 'a');
      const b = two ? builder.convolution(input, spec, 'b') : -1;
      const { from: output, channels = CHANNELS } = body(builder, a, b);
      const last = builder.convolution(output, { inputs: channels, outputs: 7 }, 'last');
      const model = builder.build([last]);
      const oplists = model.net.oplists!.map((op) => {
        const moved = values === 'skewed' && (op.name === 'a' || op.name === 'b') ? withBias(op, 2.2) : op;
        return op.name === 'x' && change ? change(moved) : moved;
      });
      return { model: { ...model, net: { ...model.net, oplists } }, output };
    },
  };
}

function withBias(op: Op, added: number): Op {
  if (op.main?.type !== 'Convolution2D') return op;
  const { value } = op.main;
  return { ...op, main: { ...op.main, value: { ...value, bias: value.bias!.map((x) => x + added) } } };
}

function withRelu6(op: Op): Op {
  if (op.main?.type !== 'Convolution2D') return op;
  const { value } = op.main;
  const scaled = {
    ...value,
    weight: value.weight!.map((x) => x * 12),
    common: { ...value.common!, relu6: true },
  };
  return { ...op, main: { ...op.main, value: scaled } };
}

const convolution = (spec: Partial<ConvolutionSpec>): Body => {
  return (builder, a) => ({
    from: builder.convolution(a, { inputs: CHANNELS, outputs: CHANNELS, kernel: 3, ...spec }, 'x'),
  });
};

const pool = (type: number): Body => {
  const value = createTable('Pool', { type, kernelX: 2, kernelY: 2, strideX: 2, strideY: 2 });
  return (builder, a) => ({ from: builder.op('Pooling', [a], { type: 'Pool', value }, 'x') });
};

const binary = (opType: number, activationType = 0): Body => {
  const value = createTable('BinaryOp', { opType, activationType });
  return (builder, a, b) => ({ from: builder.op('BinaryOp', [a, b], { type: 'BinaryOp', value }, 'x') });
};

const unary = (opType: number): Body => {
  const value = createTable('UnaryOp', { opType });
  return (builder, a) => ({ from: builder.op('UnaryOp', [a], { type: 'UnaryOp', value }, 'x') });
};

const interp = (resizeType: number): Body => {
  const size = { widthScale: 2, heightScale: 2, outputWidth: 22, outputHeight: 18 };
  const value = createTable('Interp', { ...size, resizeType });
  return (builder, a) => ({ from: builder.op('Interp', [a], { type: 'Interp', value }, 'x') });
};

const concat: Body = (builder, a, b) => {
  const value = createTable('Axis', { axis: 1 });
  return { from: builder.op('Concat', [a, b], { type: 'Axis', value }, 'x'), channels: 2 * CHANNELS };
};

const padding: Body = (builder, a) => {
  const value = createTable('Blob', {
    dims: Int32Array.of(4, 2),
    dataType: DataType.DT_INT32,
    int32s: Int32Array.of(0, 0, 0, 0, 1, 2, 1, 1),
  });
  const pads = builder.op('Const', [], { type: 'Blob', value });
  return { from: builder.op('Padding', [a, pads], undefined, 'x') };
};

const permute: Body = (builder, a) => {
  const value = createTable('Permute', { dims: Int32Array.of(0, 1, 3, 2) });
  return { from: builder.op('Permute', [a], { type: 'Permute', value }, 'x') };
};

const prelu: Body = (builder, a) => {
  const slope = Float32Array.from({ length: CHANNELS }, (_, channel) => channel / 20 - 0.2);
  const value = createTable('PRelu', { slopeCount: CHANNELS, slope });
  return { from: builder.op('PReLU', [a], { type: 'PRelu', value }, 'x') };
};

const rectifier: Body = (builder, a) => {
  return { from: builder.op('ReLU', [a], { type: 'Relu', value: createTable('Relu', {}) }, 'x') };
};

const wideRelu6: Body = (builder, a, b) => {
  const narrow = builder.convolution(a, { inputs: CHANNELS, outputs: CHANNELS }, 'x');
  const value = createTable('Axis', { axis: 1 });
  const joint = builder.op('Concat', [narrow, b], { type: 'Axis', value }, 'joint');
  return { from: joint, channels: 2 * CHANNELS };
};

const mean: Body = (builder, a) => {
  const value = createTable('Pool', { type: PoolType.AVEPOOL, isGlobal: true });
  return { from: builder.op('Pooling', [a], { type: 'Pool', value }, 'x') };
};

export const RECTIFIED_SUM = net('ADD with a ReLU', binary(BinaryOpOperation.ADD, 1), true);
export const MAXIMUM = net('maximum pool', pool(PoolType.MAXPOOL));

/** Every kind of op that may run in int8 with zero points. */
export const NETS: readonly ZeroPointNet[] = [
  net('convolution', convolution({})),
  net('convolution with ReLU', convolution({ relu: true })),
  net('depthwise convolution', convolution({ depthwise: true })),
  net('depthwise convolution with ReLU', convolution({ depthwise: true, relu: true })),
  net('ReLU6 in a wide group', wideRelu6, true, withRelu6),
  MAXIMUM,
  net('average pool', pool(PoolType.AVEPOOL)),
  net('mean of whole planes', mean),
  net('ADD', binary(BinaryOpOperation.ADD), true),
  net('SUB', binary(BinaryOpOperation.SUB), true),
  net('MUL', binary(BinaryOpOperation.MUL), true),
  net('SquaredDifference', binary(BinaryOpOperation.SquaredDifference), true),
  RECTIFIED_SUM,
  net('PReLU', prelu),
  net('ReLU', rectifier),
  net('table', unary(UnaryOpOperation.HARDSWISH)),
  net('ABS', unary(UnaryOpOperation.ABS)),
  net('NEG', unary(UnaryOpOperation.NEG)),
  net('Interp, nearest', interp(1)),
  net('Interp, linear', interp(2)),
  net('Interp, cubic', interp(3)),
  net('Concat', concat, true),
  net('Padding with zeros', padding),
  net('Permute', permute),
];
