import { BinaryOpOperation, EltwiseType, ReductionType, UnaryOpOperation } from '@mnnquant/mnn-format';
import { type GoldenCase, type GoldenInput, main, scalar } from './golden-case.ts';

/** No number, no end, nothing with either sign, and about as large and as small as float32 goes. */
const EDGES: readonly number[] = [NaN, Infinity, -Infinity, 0, -0, 3e38, -3e38, 1e-37, -1e-37, 1, -1, 1e10];
const isHuge = (value: number): boolean => Math.abs(value) === 3e38;
const isInfinite = (value: number): boolean => Math.abs(value) === Infinity;
const isTiny = (value: number): boolean => Math.abs(value) === 1e-37;
const isMinusZero = (value: number): boolean => Object.is(value, -0);

/** Values that MNN 3.6.1 is wrong about on x86, by op or function. */
const WRONG: Readonly<Record<string, readonly ((value: number) => boolean)[]>> = {
  // Its vector instructions take NaN for a number: edges-by-hand.test.ts.
  ABS: [Number.isNaN],
  EXP: [Number.isNaN, isInfinite, isHuge, (value) => value === 1e10],
  EXPM1: [Number.isNaN, isInfinite, isHuge, (value) => value === 1e10],
  SIGN: [Number.isNaN],
  SIGMOID: [Number.isNaN],
  TANH: [Number.isNaN],
  Sigmoid: [Number.isNaN],
  TanH: [Number.isNaN],
  ELU: [Number.isNaN],
  Selu: [Number.isNaN],
  PReLU: [Number.isNaN],
  ReLU6: [Number.isNaN],
  'ReLU, leaky': [Number.isNaN],
  MINIMUM: [Number.isNaN],
  MAXIMUM: [Number.isNaN],
  // Multiplies by a slope of 0, which makes NaN of -Infinity.
  ReLU: [Number.isNaN, (value) => value === -Infinity],
  // Intermediate results beyond the largest number, where the result is not.
  HARDSWISH: [isHuge],
  GELU: [isHuge],
  LayerNorm: [isHuge],
  // A quotient beyond the largest number.
  FLOORMOD: [isHuge, isTiny],
  // -Infinity times what has become 0.
  SILU: [isInfinite],
  // Its largest number in place of Infinity.
  ERFINV: [(value) => Math.abs(value) === 1],
  // Compares bits as whole numbers: two negative numbers, two zeros, two NaN.
  LESS: [Number.isNaN, (value) => value < 0 || isMinusZero(value)],
  EQUAL: [Number.isNaN, isMinusZero],
};

/** The edges with a 2 in place of what MNN is wrong about. */
function edgesFor(key: string): number[] {
  return EDGES.map((value) => (WRONG[key]?.some((wrong) => wrong(value)) ? 2 : value));
}

type Kind = GoldenCase['type'];

function one(key: string, type: Kind, parameter: GoldenCase['main'], ...inputs: GoldenInput[]): GoldenCase {
  const title = key === type ? `${type} at its ends` : `${type} ${key} at its ends`;
  return { title, type, main: parameter, inputs, tolerance: 2e-5 };
}

const line = (key: string): GoldenInput => ({ shape: [1, EDGES.length], data: edgesFor(key) });

/** Each with each. */
function pairs(key: string): GoldenInput[] {
  const values = edgesFor(key);
  const shape = [values.length ** 2];
  return [
    { shape, data: values.flatMap((a) => values.map(() => a)) },
    { shape, data: values.flatMap(() => values) },
  ];
}

/** Each between two other numbers. */
const rows = (key: string): GoldenInput => ({
  shape: [EDGES.length, 3],
  data: edgesFor(key).flatMap((value) => [0.5, value, -2]),
});

const image = (key: string): GoldenInput => ({ shape: [1, 3, 2, 2], layout: 'NC4HW4', data: edgesFor(key) });

const BINARY = [
  ...(['ADD', 'SUB', 'MUL', 'POW', 'REALDIV', 'MINIMUM', 'MAXIMUM', 'GREATER', 'GREATER_EQUAL'] as const),
  ...(['LESS', 'LESS_EQUAL', 'EQUAL', 'NOTEQUAL', 'FLOORDIV', 'FLOORMOD', 'MOD', 'ATAN2'] as const),
  'SquaredDifference' as const,
];

/** What arithmetic makes of its ends. */
export const EDGE_CASES: readonly GoldenCase[] = [
  ...Object.entries(UnaryOpOperation).map(([key, opType]) =>
    one(key, 'UnaryOp', main('UnaryOp', { opType }), line(key)),
  ),
  ...BINARY.map((key) =>
    one(key, 'BinaryOp', main('BinaryOp', { opType: BinaryOpOperation[key] }), ...pairs(key)),
  ),
  ...Object.entries(EltwiseType).map(([key, type]) =>
    one(key, 'Eltwise', main('Eltwise', { type: type as 0 }), ...pairs(key)),
  ),
  ...(['SUM', 'MEAN', 'MAXIMUM', 'MINIMUM', 'PROD'] as const).map((key) => {
    const parameter = main('ReductionParam', { operation: ReductionType[key], dim: Int32Array.of(1) });
    return one(key, 'Reduction', parameter, rows(key));
  }),
  one('ReLU', 'ReLU', main('Relu'), line('ReLU')),
  one('leaky', 'ReLU', main('Relu', { slope: 0.25 }), line('ReLU, leaky')),
  one('ReLU6', 'ReLU6', main('Relu6'), line('ReLU6')),
  one('Sigmoid', 'Sigmoid', undefined, line('Sigmoid')),
  one('TanH', 'TanH', undefined, line('TanH')),
  one('ELU', 'ELU', main('ELU', { alpha: 0.7 }), line('ELU')),
  one('Selu', 'Selu', main('Selu', { alpha: 1.67, scale: 1.05 }), line('Selu')),
  one('Threshold', 'Threshold', main('ELU', { alpha: 0.5 }), line('Threshold')),
  one(
    'PReLU',
    'PReLU',
    main('PRelu', { slopeCount: 3, slope: Float32Array.of(0.1, -0.5, 2) }),
    image('PReLU'),
  ),
  one(
    'Scale',
    'Scale',
    main('Scale', { channels: 3, scaleData: Float32Array.of(1, -2, 0), biasData: Float32Array.of(0, 1, 2) }),
    image('Scale'),
  ),
  one('Softmax', 'Softmax', main('Axis', { axis: 1 }), rows('Softmax')),
  one('Cast', 'Cast', main('CastParam', { srcT: 1, dstT: 3 }), line('Cast')),
  one(
    'Select',
    'Select',
    undefined,
    { shape: [12], dtype: 'int32', data: [1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, -1] },
    { shape: [12], data: EDGES },
    { shape: [12], data: EDGES.toReversed() },
  ),
  one('CumSum', 'CumSum', main('CumSum'), rows('CumSum'), scalar(1)),
  one('CumProd', 'CumProd', main('Axis', { axis: 1 }), rows('CumProd')),
  one('MatMul', 'MatMul', main('MatMul'), rows('MatMul'), { shape: [3, 2], data: [1, 2, 0, 1, -1, 1] }),
  one(
    'LayerNorm',
    'LayerNorm',
    main('LayerNorm', { axis: Int32Array.of(-1), epsilon: 1e-5 }),
    rows('LayerNorm'),
  ),
];
