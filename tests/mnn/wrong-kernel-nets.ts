import {
  createTable,
  MNN_DATA_FORMAT,
  type MnnModel,
  type Pool,
  PoolPadType,
  PoolType,
  UnaryOpOperation,
} from '@mnnquant/mnn-format';
import { NetBuilder } from '../../packages/calibrate/test/rewrite/net-builder.ts';
import { constant, convert } from './int8-op-builder.ts';

const { NCHW, NC4HW4 } = MNN_DATA_FORMAT;
const CHANNELS = 20;
const HEIGHT = 7;
const WIDTH = 9;

/** Odd planes, so that packs of channels leave values that fill no vector of 16. */
export const INPUT_SHAPE = [1, 12, HEIGHT, WIDTH];

export interface WrongKernelNet {
  readonly title: string;
  readonly model: MnnModel;
  /** Whether the op x runs in int8. */
  readonly int8: boolean;
}

type Body = (builder: NetBuilder, from: number) => number;

/** input → convolution → the ops, of which the last that matters is x → convolution, or what the network gives. */
function net(title: string, body: Body, { ends = false, int8 = false } = {}): WrongKernelNet {
  const builder = new NetBuilder();
  const first = builder.convolution(builder.input(INPUT_SHAPE), {
    inputs: 12,
    outputs: CHANNELS,
    kernel: 3,
  });
  const to = body(builder, first);
  const last = ends ? to : builder.convolution(to, { inputs: CHANNELS, outputs: 7 }, 'last');
  return { title, model: builder.build([last]), int8 };
}

const chain =
  (...bodies: readonly Body[]): Body =>
  (builder, from) =>
    bodies.reduce((tensor, body) => body(builder, tensor), from);

const pool =
  (type: number, size: number, rest: Partial<Pool> = {}): Body =>
  (builder, from) => {
    const window = { kernelX: size, kernelY: size, strideX: 1, strideY: 1 };
    return builder.op(
      'Pooling',
      [from],
      { type: 'Pool', value: createTable('Pool', { type, ...window, ...rest }) },
      'x',
    );
  };

const volumes =
  (table: { kernels?: Int32Array; strides?: Int32Array; pads?: Int32Array; isGlobal?: boolean }): Body =>
  (builder, from) => {
    const value = createTable('Pool3D', { type: PoolType.MAXPOOL, ...table });
    return builder.op('Pooling3D', [from], { type: 'Pool3D', value }, 'x');
  };

const relu =
  (name: string, slope = 0): Body =>
  (builder, from) =>
    builder.op('ReLU', [from], { type: 'Relu', value: createTable('Relu', { slope }) }, name);

const reshape =
  (...shape: readonly number[]): Body =>
  (builder, from) =>
    builder.op('Reshape', [from, constant(builder, ...shape)]);

const someChannels: Body = (builder, from) =>
  builder.op('SliceTf', [from, constant(builder, 0, 4, 0, 0), constant(builder, 1, 10, HEIGHT, WIDTH)]);

const rectified: Body = (builder, from) =>
  builder.convolution(from, { inputs: CHANNELS, outputs: CHANNELS, kernel: 3, relu: true });

const unpacked =
  (body: Body): Body =>
  (builder, from) =>
    convert(builder, body(builder, convert(builder, from, NC4HW4, NCHW)), NCHW, NC4HW4);

const prelu: Body = (builder, from) => {
  const value = createTable('PRelu', { slopeCount: 1, slope: Float32Array.of(0) });
  return builder.op('PReLU', [from], { type: 'PRelu', value }, 'x');
};

const sign: Body = (builder, from) => {
  const value = createTable('UnaryOp', { opType: UnaryOpOperation.SIGN });
  const moved = builder.op('UnaryOp', [from], { type: 'UnaryOp', value }, 'x');
  return moved;
};

const maximum = pool(PoolType.MAXPOOL, 2);
const around = { padType: PoolPadType.CAFFE, padX: 6, padY: 6 };
const ones = Int32Array.of(1, 1, 1);
const twos = Int32Array.of(2, 2, 2);
const zeros = Int32Array.of(0, 0, 0);

/** Where a kernel would be wrong if the runtime took the op for int8. */
export const WRONG: readonly WrongKernelNet[] = [
  net('a maximum of both signs', maximum),
  net('a maximum of a slice, as a result', chain(someChannels, maximum), { ends: true }),
  net('a maximum behind a ReLU with a slope, as a result', chain(relu('r', 0.3), maximum), { ends: true }),
  net('a maximum of planes in NCHW', unpacked(maximum)),
  net('a maximum of planes in NCHW, as a result', unpacked(maximum), { ends: true }),
  net('a maximum of whole planes, as a result', volumes({ isGlobal: true }), { ends: true }),
  net(
    'a maximum of volumes',
    chain(
      unpacked(reshape(1, CHANNELS, HEIGHT, 3, 3)),
      volumes({ kernels: twos, strides: ones, pads: zeros }),
    ),
    { ends: true },
  ),
  net('a maximum over more than the image', chain(rectified, pool(PoolType.MAXPOOL, 13, around))),
  net(
    'an average over more than the image',
    pool(PoolType.AVEPOOL, 13, { padType: PoolPadType.SAME, countType: 2 }),
  ),
  net('an average over a large window', pool(PoolType.AVEPOOL, 7)),
  net('a ReLU', relu('x')),
  net('a ReLU, as a result', relu('x'), { ends: true }),
  net('a ReLU of a slice, as a result', chain(someChannels, relu('x')), { ends: true }),
  net('a PReLU with one slope of 0', prelu),
];

/** The same kernels where they are right. */
export const RIGHT: readonly WrongKernelNet[] = [
  net('a maximum behind a ReLU', chain(rectified, maximum), { int8: true }),
  net('a maximum behind a ReLU, as a result', chain(relu('r'), maximum), { ends: true, int8: true }),
  net('a maximum behind a ReLU, in NCHW', chain(rectified, unpacked(maximum)), { int8: true }),
  net('an average over a small window', pool(PoolType.AVEPOOL, 2), { int8: true }),
  net('signs', sign, { int8: true }),
];
