import { BinaryOpOperation, EltwiseType, ReductionType, UnaryOpOperation } from '@mnnquant/mnn-format';
import { type GoldenCase, type GoldenInput, input, ints, main, noise } from './golden-case.ts';

function entries(table: Readonly<Record<string, number>>): [string, number][] {
  return Object.entries(table);
}

/** Operations that MNN's CPU has no kernel for. */
const NO_KERNEL = ['DIV', 'MAX_TEMP', 'MIN_TEMP', 'MUL_SILU'];
const NO_FLOAT_KERNEL = [
  'BITWISE_AND',
  'BITWISE_OR',
  'BITWISE_XOR',
  'LEFTSHIFT',
  'RIGHTSHIFT',
  'LOGICALOR',
  'LOGICALXOR',
];
const NO_WHOLE_KERNEL = ['ATAN2'];

/** Where rounding of the last digit decides the result (quotients near whole numbers) the data is chosen apart. */
const A = [-5.5, 5.5, -7.25, 7, 0.5, -0.5, 3, -3];
// No two negative numbers in one place: MNN's LESS compares their bits as whole numbers on x86 (Vec.hpp).
const B = [3, -3, 2, 7.5, 0.25, 2, -2, 0.75];
const POSITIVE = [0.25, 1, 2, 3.5, 0.1, 8, 5, 1.5];

const floatBinary = entries(BinaryOpOperation)
  .filter(([name]) => ![...NO_KERNEL, ...NO_FLOAT_KERNEL].includes(name))
  .map(([name, opType]): GoldenCase => {
    const a = {
      shape: [8],
      data: name === 'POW' ? POSITIVE : name.includes('EQUAL') ? [...B.slice(0, 4), ...A.slice(4)] : A,
    };
    return {
      title: `${name}, floats`,
      type: 'BinaryOp',
      main: main('BinaryOp', { opType }),
      inputs: [a, { shape: [8], data: B }],
      tolerance: name === 'POW' || name === 'ATAN2' || name === 'MUL_SILU' ? 1e-5 : undefined,
    };
  });

const wholeBinary = entries(BinaryOpOperation)
  .filter(([name]) => ![...NO_KERNEL, ...NO_WHOLE_KERNEL, 'POW', 'LEFTSHIFT', 'RIGHTSHIFT'].includes(name))
  .map(
    ([name, opType]): GoldenCase => ({
      title: `${name}, whole numbers`,
      type: 'BinaryOp',
      main: main('BinaryOp', { opType }),
      inputs: [whole(-7, 7, 9, -9, 4, 0, 1, 12), whole(2, -2, 3, 4, 4, 5, 1, -5)],
    }),
  );

function whole(...data: number[]): GoldenInput {
  return { shape: [data.length], dtype: 'int32', data };
}

function broadcast(title: string, a: GoldenInput, b: GoldenInput, activationType = 0): GoldenCase {
  return {
    title,
    type: 'BinaryOp',
    main: main('BinaryOp', { opType: BinaryOpOperation.SUB, activationType }),
    inputs: [a, b],
  };
}

export const BINARY: readonly GoldenCase[] = [
  ...floatBinary,
  ...wholeBinary,
  broadcast('per channel', input([2, 3, 2, 2]), input([3, 1, 1])),
  broadcast('scalar first', input([]), input([2, 3])),
  broadcast('both repeat', input([3, 1, 2]), input([2, 1, 4, 1])),
  broadcast('ReLU', input([2, 5]), input([2, 5]), 1),
  broadcast('NHWC per channel', input([1, 2, 2, 3], 'NHWC'), input([3], 'NHWC')),
  broadcast('NC4HW4', input([1, 5, 2, 2], 'NC4HW4'), input([1, 5, 2, 2], 'NC4HW4')),
];

const WIDE = [-3, -1, -0.5, -0.125, 0, 0.125, 0.3, 0.5, 1, 2.5, 5];
const DOMAINS: Readonly<Record<string, readonly number[]>> = {
  SQRT: [0, 0.25, 1, 2, 100],
  RSQRT: [0.25, 1, 2, 100],
  LOG: [1e-3, 0.5, 1, 2, 1000],
  LOG1P: [-0.5, -1e-3, 0, 1e-3, 3],
  RECIPROCAL: [-3, -0.5, 0.25, 8],
  ASIN: [-1, -0.5, 0, 0.1, 1],
  ACOS: [-1, -0.5, 0, 0.1, 1],
  ACOSH: [1, 1.5, 3, 10],
  ATANH: [-0.9, -0.1, 0, 0.5],
  ERFINV: [-0.9, -0.1, 0, 0.5, 0.99],
  ROUND: [-2.5, -1.5, -0.5, -0.4, 0, 0.5, 1.5, 2.5, 2.6],
  TAN: [-1, -0.5, 0, 0.5, 1, 3],
};

export const UNARY: readonly GoldenCase[] = [
  ...entries(UnaryOpOperation).map(
    ([name, opType]): GoldenCase => ({
      title: name,
      type: 'UnaryOp',
      main: main('UnaryOp', { opType }),
      inputs: [{ shape: [(DOMAINS[name] ?? WIDE).length], data: DOMAINS[name] ?? WIDE }],
      tolerance: 2e-5,
    }),
  ),
  ...['ABS', 'NEG', 'SQUARE', 'SIGN'].map(
    (name): GoldenCase => ({
      title: `${name}, whole numbers`,
      type: 'UnaryOp',
      main: main('UnaryOp', { opType: UnaryOpOperation[name as 'ABS'] }),
      inputs: [whole(-3, 0, 7, -1)],
    }),
  ),
];

const bends: GoldenInput = { shape: [1, 7], data: [-100, -3, -0.5, 0, 0.5, 5, 100] };

export const ACTIVATIONS: readonly GoldenCase[] = [
  { title: 'ReLU', type: 'ReLU', main: main('Relu'), inputs: [bends] },
  { title: 'leaky ReLU', type: 'ReLU', main: main('Relu', { slope: 0.25 }), inputs: [bends] },
  { title: 'ReLU6', type: 'ReLU6', main: main('Relu6'), inputs: [bends] },
  { title: 'clip', type: 'ReLU6', main: main('Relu6', { minValue: -1, maxValue: 2.5 }), inputs: [bends] },
  { title: 'Sigmoid', type: 'Sigmoid', inputs: [bends], tolerance: 1e-5 },
  { title: 'TanH', type: 'TanH', inputs: [bends], tolerance: 1e-5 },
  { title: 'ELU', type: 'ELU', main: main('ELU', { alpha: 0.7 }), inputs: [bends], tolerance: 1e-5 },
  {
    title: 'PReLU',
    type: 'PReLU',
    main: main('PRelu', { slopeCount: 3, slope: Float32Array.of(0.1, -0.5, 2) }),
    inputs: [input([2, 3, 2, 2], 'NC4HW4')],
  },
  {
    title: 'PReLU, one slope',
    type: 'PReLU',
    main: main('PRelu', { slopeCount: 1, slope: Float32Array.of(0.25) }),
    inputs: [input([1, 3, 2, 2], 'NC4HW4')],
  },
  {
    title: 'Scale',
    type: 'Scale',
    main: main('Scale', { channels: 5, scaleData: noise(5, 1), biasData: noise(5, 2) }),
    inputs: [input([2, 5, 2, 2], 'NC4HW4')],
  },
  {
    title: 'Softmax, last axis',
    type: 'Softmax',
    main: main('Axis', { axis: -1 }),
    inputs: [input([2, 3, 5])],
    tolerance: 1e-5,
  },
  {
    title: 'Softmax, channels',
    type: 'Softmax',
    main: main('Axis', { axis: 1 }),
    inputs: [input([2, 5, 2, 3], 'NC4HW4')],
    tolerance: 1e-5,
  },
  {
    title: 'Softmax, first axis',
    type: 'Softmax',
    main: main('Axis', { axis: 0 }),
    inputs: [input([4, 3])],
    tolerance: 1e-5,
  },
];

export const ELTWISE: readonly GoldenCase[] = entries(EltwiseType).map(
  ([name, type]): GoldenCase => ({
    title: name,
    type: 'Eltwise',
    main: main('Eltwise', { type: type as 0 }),
    inputs: [
      input([1, 5, 2, 3], 'NC4HW4'),
      input([1, 5, 2, 3], 'NC4HW4'),
      input([1, 5, 2, 3], 'NC4HW4'),
    ].slice(0, name === 'SUB' ? 2 : 3),
  }),
);

/** MNN's CPU has no kernel for the sums of magnitudes and squares. */
const REDUCTIONS = entries(ReductionType).filter(([name]) => name !== 'ASUM' && name !== 'SUMSQ');

export const REDUCTION: readonly GoldenCase[] = REDUCTIONS.flatMap(([name, operation]): GoldenCase[] => {
  const logical = name === 'ANY' || name === 'ALL';
  const x: GoldenInput = logical
    ? { shape: [2, 3], dtype: 'int32', data: [1, 0, 1, 1, 1, 1] }
    : { shape: [2, 3, 4] };
  const reduce = (title: string, fields: object, second?: GoldenInput): GoldenCase => ({
    title: `${name}, ${title}`,
    type: 'Reduction',
    main: main('ReductionParam', { operation: operation as 0, ...fields }),
    inputs: second ? [x, second] : [x],
  });
  return [
    reduce('axis 1', { dim: Int32Array.of(1) }),
    reduce('two axes kept', { dim: Int32Array.of(0, -1), keepDims: true }),
    reduce('axis from an input', { keepDims: true }, ints(-1)),
    ...(logical ? [] : [reduce('all', { keepDims: false })]),
  ];
});

export const MATMUL: readonly GoldenCase[] = [
  matMul('plain', [3, 4], [4, 2]),
  matMul('first transposed', [4, 3], [4, 2], { transposeA: true }),
  matMul('second transposed', [3, 4], [2, 4], { transposeB: true }),
  {
    title: 'with bias',
    type: 'MatMul',
    main: main('MatMul'),
    inputs: [input([3, 4]), input([4, 2]), input([2])],
  },
  matMul('batches repeat', [2, 1, 3, 4], [3, 4, 2]),
  {
    title: 'BatchMatMul, both transposed',
    type: 'BatchMatMul',
    main: main('BatchMatMulParam', { adjX: true, adjY: true }),
    inputs: [input([2, 4, 3]), input([2, 5, 4])],
  },
  {
    title: 'InnerProduct',
    type: 'InnerProduct',
    main: main('InnerProduct', { outputCount: 3, weight: noise(12, 1), bias: noise(3, 2), axis: 1 }),
    // One row: MNN reads bias values past the end for more.
    inputs: [input([1, 4])],
  },
];

function matMul(title: string, a: number[], b: number[], fields: object = {}): GoldenCase {
  return { title, type: 'MatMul', main: main('MatMul', fields), inputs: [input(a), input(b)] };
}
