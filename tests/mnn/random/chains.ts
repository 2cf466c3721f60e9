import {
  BinaryOpOperation,
  createTable,
  PoolPadType,
  PoolType,
  UnaryOpOperation,
} from '@mnnquant/mnn-format';
import { main } from '../../../packages/graph/test/golden/golden-case.ts';
import type { SmallOp } from '../../../packages/graph/test/support/small-net.ts';
import type { Draw } from './draw.ts';

/** A tensor of a chain: a batch of one image, under NC4HW4 as the converter leaves it between such ops. */
interface Made {
  readonly name: string;
  readonly shape: readonly [number, number, number];
}

/** Makes one op that reads tensors made before; gives what it makes. */
type Link = (draw: Draw, made: readonly Made[], name: string) => { op: SmallOp; shape: Made['shape'] };

function convolution(draw: Draw, made: readonly Made[], name: string) {
  const { name: from, shape } = draw.pick(...made);
  const [channels, height, width] = shape;
  const depthwise = draw.int(0, 2) === 0;
  const outputCount = depthwise ? channels : draw.int(1, 9);
  const side = Math.min(3, height, width);
  const kernel = draw.pick(1, side);
  const stride = draw.int(1, kernel);
  const common = createTable('Convolution2DCommon', {
    kernelX: kernel,
    kernelY: kernel,
    strideX: stride,
    strideY: stride,
    padX: kernel >> 1,
    padY: kernel >> 1,
    group: depthwise ? channels : 1,
    outputCount,
    inputCount: channels,
    ...draw.pick({}, { relu: true }, { relu6: true }),
  });
  const weight = draw.floats(kernel * kernel * outputCount * (depthwise ? 1 : channels));
  const extent = (size: number) => Math.floor((size + 2 * (kernel >> 1) - kernel) / stride) + 1;
  const op: SmallOp = {
    type: depthwise ? 'ConvolutionDepthwise' : 'Convolution',
    inputs: [from],
    outputs: [name],
    main: main('Convolution2D', { common, weight, bias: draw.floats(outputCount) }),
  };
  return { op, shape: [outputCount, extent(height), extent(width)] as const };
}

function pooling(draw: Draw, made: readonly Made[], name: string) {
  const { name: from, shape } = draw.pick(...made);
  const [channels, height, width] = shape;
  const kernel = Math.min(2, height, width);
  const parameter = main('Pool', {
    kernelX: kernel,
    kernelY: kernel,
    strideX: kernel,
    strideY: kernel,
    type: draw.pick(PoolType.MAXPOOL, PoolType.AVEPOOL),
    padType: PoolPadType.CAFFE,
    ceilModel: false,
  });
  const op: SmallOp = { type: 'Pooling', inputs: [from], outputs: [name], main: parameter };
  const extent = (size: number) => Math.floor((size - kernel) / kernel) + 1;
  return { op, shape: [channels, extent(height), extent(width)] as const };
}

function unary(draw: Draw, made: readonly Made[], name: string) {
  const { name: from, shape } = draw.pick(...made);
  const { SIGMOID, TANH, HARDSWISH, ABS, NEG, SQUARE, EXP } = UnaryOpOperation;
  const opType = draw.pick(SIGMOID, TANH, HARDSWISH, ABS, NEG, SQUARE, EXP);
  const [type, parameter] = draw.pick<[SmallOp['type'], SmallOp['main']]>(
    ['UnaryOp', main('UnaryOp', { opType: opType as 0 })],
    ['ReLU', main('Relu', { slope: draw.pick(0, 0.1) })],
    ['ReLU6', main('Relu6', { minValue: 0, maxValue: 6 })],
    ['PReLU', main('PRelu', { slopeCount: shape[0], slope: draw.floats(shape[0]) })],
    [
      'Scale',
      main('Scale', {
        channels: shape[0],
        scaleData: draw.floats(shape[0]),
        biasData: draw.floats(shape[0]),
      }),
    ],
    ['Softmax', main('Axis', { axis: 1 })],
  );
  return { op: { type, inputs: [from], outputs: [name], main: parameter }, shape };
}

function binary(draw: Draw, made: readonly Made[], name: string) {
  const a = draw.pick(...made);
  const fitting = made.filter(({ shape }) => String(shape) === String(a.shape));
  const { ADD, SUB, MUL, MAXIMUM, MINIMUM } = BinaryOpOperation;
  const opType = draw.pick(ADD, SUB, MUL, MAXIMUM, MINIMUM);
  const op: SmallOp = {
    type: 'BinaryOp',
    inputs: [a.name, draw.pick(...fitting).name],
    outputs: [name],
    main: main('BinaryOp', { opType: opType as 0, activationType: draw.pick(0, 1) }),
  };
  return { op, shape: a.shape };
}

function concat(draw: Draw, made: readonly Made[], name: string) {
  const a = draw.pick(...made);
  const fitting = made.filter(({ shape: [, h, w] }) => h === a.shape[1] && w === a.shape[2]);
  const parts = Array.from({ length: draw.int(2, 3) }, () => draw.pick(...fitting));
  const op: SmallOp = {
    type: 'Concat',
    inputs: parts.map((part) => part.name),
    outputs: [name],
    main: main('Axis', { axis: 1 }),
  };
  const channels = parts.reduce((sum, { shape }) => sum + shape[0], 0);
  return { op, shape: [channels, a.shape[1], a.shape[2]] as const };
}

function interp(draw: Draw, made: readonly Made[], name: string) {
  const { name: from, shape } = draw.pick(...made);
  const [channels, height, width] = shape;
  const parameter = main('Interp', {
    outputHeight: height * 2,
    outputWidth: width * 2,
    widthScale: 2,
    heightScale: 2,
    resizeType: draw.pick(1, 2),
    halfPixelCenters: draw.bool(),
  });
  const op: SmallOp = { type: 'Interp', inputs: [from], outputs: [name], main: parameter };
  return { op, shape: [channels, height * 2, width * 2] as const };
}

const LINKS: readonly Link[] = [convolution, convolution, pooling, unary, binary, concat, interp];

/** Ops of a network of 2 to 6 ops, an image at its start; only tensors of up to 24 channels and 16 pixels a side. */
export function chain(draw: Draw): { ops: SmallOp[]; input: Made; outputs: string[] } {
  const input: Made = { name: 'x', shape: [draw.int(1, 6), draw.int(4, 8), draw.int(4, 8)] };
  const made: Made[] = [input];
  const ops: SmallOp[] = [];
  const count = draw.int(2, 6);
  for (let i = 0; i < count; i++) {
    const name = `t${i}`;
    const usable = made.filter(({ shape: [c, h, w] }) => c <= 24 && h <= 16 && w <= 16).slice(-3);
    const { op, shape } = draw.pick(...LINKS)(draw, usable.length > 0 ? usable : [input], name);
    ops.push(op);
    made.push({ name, shape });
  }
  const read = new Set(ops.flatMap(({ inputs = [] }) => inputs));
  return { ops, input, outputs: made.map(({ name }) => name).filter((name) => !read.has(name)) };
}
