import { BinaryOpOperation, DataType, ReductionType, UnaryOpOperation } from '@mnnquant/mnn-format';
import { type GoldenInput, ints, main, scalar } from '../../../packages/graph/test/golden/golden-case.ts';
import type { Draw, Generator, RandomCase } from './draw.ts';

/** Two shapes that NumPy would broadcast. */
function broadcastPair(draw: Draw): [number[], number[]] {
  const shape = draw.shape(draw.int(1, 4));
  const some = (): number[] => shape.slice(draw.int(0, shape.length - 1)).map((n) => (draw.bool() ? n : 1));
  return draw.bool() ? [shape, some()] : [some(), shape];
}

const FLOAT_OPERATIONS = [
  'ADD',
  'SUB',
  'MUL',
  'REALDIV',
  'MINIMUM',
  'MAXIMUM',
  'SquaredDifference',
  'GREATER',
  'GREATER_EQUAL',
  'LESS',
  'LESS_EQUAL',
  'EQUAL',
  'NOTEQUAL',
  'POW',
  'ATAN2',
  'FLOORDIV',
  'FLOORMOD',
  'MOD',
] as const;
const WHOLE_OPERATIONS = [
  'ADD',
  'SUB',
  'MUL',
  'MINIMUM',
  'MAXIMUM',
  'SquaredDifference',
  'GREATER',
  'GREATER_EQUAL',
  'LESS',
  'LESS_EQUAL',
  'EQUAL',
  'NOTEQUAL',
  'FLOORDIV',
  'LOGICALOR',
  'BITWISE_AND',
  'BITWISE_OR',
  'BITWISE_XOR',
] as const;

function binary(draw: Draw): RandomCase {
  const [a, b] = broadcastPair(draw);
  const whole = draw.int(0, 3) === 0;
  const name = whole ? draw.pick(...WHOLE_OPERATIONS) : draw.pick(...FLOAT_OPERATIONS);
  // Quotients next to a whole number and negative bases depend on the last bit.
  const second = (shape: number[]): GoldenInput => ({
    shape,
    data: Array.from({ length: shape.reduce((p, n) => p * n, 1) }, () => draw.int(1, 30) * 0.3),
  });
  const comparison = /GREATER|LESS|EQUAL/.test(name);
  const inputs = whole
    ? [draw.whole(a, -9, 9), draw.whole(b, 1, 9)]
    : [name === 'POW' || comparison ? second(a) : draw.tensor(a), second(b)];
  const activationType = comparison || whole ? 0 : draw.pick(0, 0, 1);
  return {
    type: 'BinaryOp',
    main: main('BinaryOp', { opType: BinaryOpOperation[name], activationType }),
    inputs,
  };
}

/** Without those for which random numbers lie outside of the domain or on an edge. */
const UNARY = Object.entries(UnaryOpOperation).filter(
  ([name]) =>
    !['ERFINV', 'ACOSH', 'ATANH', 'LOG', 'LOG1P', 'SQRT', 'RSQRT', 'ASIN', 'ACOS', 'TAN'].includes(name),
);
const POSITIVE_UNARY = ['LOG', 'SQRT', 'RSQRT', 'LOG1P', 'ACOSH'] as const;
const UNIT_UNARY = ['ASIN', 'ACOS', 'ATANH', 'ERFINV'] as const;

function unary(draw: Draw): RandomCase {
  const shape = draw.shape(draw.int(1, 4), 1, 7);
  const count = shape.reduce((product, extent) => product * extent, 1);
  const random = draw.floats(count);
  const kind = draw.int(0, 5);
  const [opType, data]: [number, ArrayLike<number>] =
    kind === 0
      ? [UnaryOpOperation[draw.pick(...POSITIVE_UNARY)], random.map((v) => Math.abs(v) + 1.01)]
      : kind === 1
        ? [UnaryOpOperation[draw.pick(...UNIT_UNARY)], random.map((v) => v * 0.49)]
        : [draw.pick(...UNARY)[1], random];
  return {
    type: 'UnaryOp',
    main: main('UnaryOp', { opType: opType as 0 }),
    inputs: [
      { shape, data: Array.from(data), layout: shape.length === 4 ? draw.pick('NCHW', 'NC4HW4') : 'NCHW' },
    ],
    tolerance: 1e-4,
  };
}

function reduction(draw: Draw): RandomCase {
  const rank = draw.int(1, 4);
  const shape = draw.shape(rank);
  const whole = draw.int(0, 3) === 0;
  // MNN's CPU has no kernel for ASUM and SUMSQ.
  const { SUM, MEAN, MAXIMUM, MINIMUM, PROD, ANY, ALL } = ReductionType;
  const operation = whole
    ? draw.pick(SUM, MAXIMUM, MINIMUM, PROD, ANY, ALL)
    : draw.pick(SUM, MEAN, MAXIMUM, MINIMUM, PROD);
  const axes = draw.some([...shape.keys()]).map((axis) => (draw.bool() ? axis : axis - rank));
  const form = draw.int(0, 2);
  const x = whole
    ? draw.whole(
        shape,
        operation === ANY || operation === ALL ? 0 : -3,
        operation === ANY || operation === ALL ? 1 : 3,
      )
    : draw.tensor(shape);
  return {
    type: 'Reduction',
    main: main('ReductionParam', {
      operation,
      keepDims: draw.bool(),
      dType: whole ? DataType.DT_INT32 : DataType.DT_FLOAT,
      dim: form === 1 ? Int32Array.from(axes) : undefined,
    }),
    inputs: form === 2 ? [x, ints(...axes)] : [x],
  };
}

function matMul(draw: Draw, batched: boolean): RandomCase {
  const [m, k, n] = draw.shape(3, 1, 7);
  const [transposeA, transposeB] = [draw.bool(), draw.bool()];
  const [batchA, batchB] = batched || draw.bool() ? broadcastPair(draw) : [[], []];
  const lead = (batch: number[]) => (batched || draw.bool() ? batch : []);
  const [first, second] = batched ? [batchA, batchB] : [lead(batchA), lead(batchB)];
  const a = [...first.slice(0, 2), ...(transposeA ? [k, m] : [m, k])];
  const b = [...second.slice(0, 2), ...(transposeB ? [n, k] : [k, n])];
  if (batched)
    return {
      type: 'BatchMatMul',
      main: main('BatchMatMulParam', { adjX: transposeA, adjY: transposeB }),
      inputs: [draw.tensor(fitting(a, b)), draw.tensor(b)],
    };
  return {
    type: 'MatMul',
    main: main('MatMul', { transposeA, transposeB }),
    inputs: [
      draw.tensor(fitting(a, b)),
      draw.tensor(b),
      ...(draw.bool() && a.length === 2 && b.length === 2 ? [draw.tensor([n])] : []),
    ],
  };
}

/** The batch dimensions of `a`, made to broadcast with those of `b`. */
function fitting(a: readonly number[], b: readonly number[]): number[] {
  return a.map((extent, i) => {
    const other = b[b.length - a.length + i];
    return i >= a.length - 2 || other === undefined || other === 1 || extent === 1 ? extent : other;
  });
}

function softmax(draw: Draw): RandomCase {
  const shape = draw.shape(draw.int(1, 4), 1, 7);
  return {
    type: 'Softmax',
    main: main('Axis', { axis: draw.axis(shape.length) }),
    inputs: [draw.tensor(shape)],
    tolerance: 1e-4,
  };
}

function eltwise(draw: Draw): RandomCase {
  const x = draw.image();
  const inputs = Array.from({ length: draw.int(2, 4) }, () => x);
  const type = draw.pick(0, 1, 2, 3);
  return {
    type: 'Eltwise',
    main: main('Eltwise', {
      type: type as 0,
      coeff: type === 1 && draw.bool() ? Float32Array.from([1, 0]) : undefined,
    }),
    inputs: type === 3 ? inputs.slice(0, 2) : inputs,
  };
}

function layerNorm(draw: Draw): RandomCase {
  const shape = draw.shape(draw.int(1, 4), 1, 6);
  const axes = draw.int(1, shape.length);
  const size = shape.slice(-axes).reduce((product, extent) => product * extent, 1);
  const affine = draw.bool();
  return {
    type: 'LayerNorm',
    main: main('LayerNorm', {
      axis: Int32Array.from({ length: axes }, (_, i) => i - axes),
      epsilon: draw.number(0.001, 0.1),
      ...(affine && { gamma: draw.floats(size), beta: draw.floats(size) }),
      useRMSNorm: draw.bool(),
    }),
    inputs: [draw.tensor(shape)],
    tolerance: 1e-4,
  };
}

function select(draw: Draw): RandomCase {
  const shape = draw.shape(draw.int(1, 4));
  const some = (): number[] => (draw.bool() ? shape : shape.map((extent) => (draw.bool() ? extent : 1)));
  return { type: 'Select', inputs: [draw.whole(shape, -1, 1), draw.tensor(some()), draw.tensor(some())] };
}

/** One op of one tensor that keeps its shape. */
function pointwise(type: RandomCase['type'], parameter?: (draw: Draw) => RandomCase['main']): Generator {
  return (draw) => {
    const shape = draw.shape(draw.int(1, 4), 1, 7);
    const layout = shape.length === 4 ? draw.pick('NCHW', 'NC4HW4') : 'NCHW';
    return { type, main: parameter?.(draw), inputs: [{ shape, layout }], tolerance: 1e-4 };
  };
}

function argument(type: 'ArgMax' | 'ArgMin'): Generator {
  return (draw) => {
    if (type === 'ArgMax' && draw.int(0, 3) === 0) return caffeArgument(draw);
    const shape = draw.shape(draw.int(1, 4), 1, 7);
    return {
      type,
      main: main('ArgMax', { axis: draw.axis(shape.length), ...caffeForm(draw) }),
      inputs: [draw.tensor(shape)],
    };
  };
}

/** What only an NC4HW4 input makes matter. */
function caffeForm(draw: Draw) {
  return { topK: draw.int(1, 4), outMaxVal: draw.int(0, 1), softmaxThreshold: draw.int(0, 1) };
}

/** Along axis 0, which means the last dimension that is longer than 1: the one that MNN gives the output's layout. */
function caffeArgument(draw: Draw): RandomCase {
  const shape = [1, ...draw.shape(3, 1, 7)];
  return {
    type: 'ArgMax',
    main: main('ArgMax', { axis: 0, ...caffeForm(draw) }),
    inputs: [{ ...draw.tensor(shape), layout: 'NC4HW4' }],
  };
}

function cumulative(draw: Draw): RandomCase {
  const shape = draw.shape(draw.int(1, 4));
  return {
    type: 'CumSum',
    main: main('CumSum', { exclusive: draw.bool(), reverse: draw.bool() }),
    inputs: [draw.tensor(shape), scalar(draw.axis(shape.length))],
  };
}

function cumulativeProduct(draw: Draw): RandomCase {
  const shape = draw.shape(draw.int(1, 4));
  return {
    type: 'CumProd',
    main: main('Axis', { axis: draw.int(0, shape.length - 1) }),
    inputs: [draw.tensor(shape)],
  };
}

function cast(draw: Draw): RandomCase {
  const { DT_FLOAT, DT_INT32, DT_BOOL, DT_INT64 } = DataType;
  const shape = draw.shape(draw.int(1, 4));
  const fromFloat = draw.bool();
  const dstT = fromFloat ? draw.pick(DT_INT32, DT_INT64) : draw.pick(DT_FLOAT, DT_BOOL);
  return {
    type: 'Cast',
    main: main('CastParam', { srcT: fromFloat ? DT_FLOAT : DT_INT32, dstT }),
    inputs: [fromFloat ? draw.tensor(shape) : draw.whole(shape, -3, 3)],
  };
}

export const ARITHMETIC_OPS: Readonly<Record<string, Generator>> = {
  BinaryOp: binary,
  UnaryOp: unary,
  Reduction: reduction,
  MatMul: (draw) => matMul(draw, false),
  BatchMatMul: (draw) => matMul(draw, true),
  Softmax: softmax,
  Eltwise: eltwise,
  LayerNorm: layerNorm,
  Select: select,
  ReLU: pointwise('ReLU', (draw) => main('Relu', { slope: draw.pick(0, 0.1, 0.25) })),
  ReLU6: pointwise('ReLU6', (draw) =>
    draw.bool() ? undefined : main('Relu6', { minValue: draw.number(-1, 0), maxValue: draw.number(0.5, 2) }),
  ),
  ELU: pointwise('ELU', (draw) => main('ELU', { alpha: draw.number(0.1, 2) })),
  Selu: pointwise('Selu', (draw) => main('Selu', { scale: draw.number(0.5, 2), alpha: draw.number(0.5, 2) })),
  Threshold: pointwise('Threshold', (draw) => main('ELU', { alpha: draw.number(-1, 1) })),
  Sigmoid: pointwise('Sigmoid'),
  TanH: pointwise('TanH'),
  ZerosLike: pointwise('ZerosLike'),
  Identity: pointwise('Identity'),
  Rank: pointwise('Rank'),
  Size: pointwise('Size'),
  ArgMax: argument('ArgMax'),
  ArgMin: argument('ArgMin'),
  CumSum: cumulative,
  CumProd: cumulativeProduct,
  Cast: cast,
};
