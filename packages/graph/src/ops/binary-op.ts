import { BinaryOpOperation as B, OpType } from '@mnnquant/mnn-format';
import { atan2, power, sigmoid } from '../math/index.ts';
import { GraphError, type OpCase, type OpDefinition } from '../op.ts';
import { broadcastShape, broadcastStrides, forEachPair } from './support/broadcast.ts';
import { required } from './support/inputs.ts';
import { parameter } from './support/parameter.ts';

export interface BinaryAttributes {
  /** `BinaryOpOperation`. */
  readonly operation: number;
  /** Fused afterwards. */
  readonly relu: boolean;
}

type Compute = (a: number, b: number) => number;

/** Python's remainder: the sign of b. */
const flooredRemainder: Compute = (a, b) => a - Math.floor(a / b) * b;

/** On floats. Comparisons give 0 or 1. */
const FLOAT: Readonly<Record<number, Compute>> = {
  [B.ADD]: (a, b) => a + b,
  [B.SUB]: (a, b) => a - b,
  [B.MUL]: (a, b) => a * b,
  [B.DIV]: (a, b) => a / b,
  [B.REALDIV]: (a, b) => a / b,
  [B.MAX_TEMP]: Math.max,
  [B.MIN_TEMP]: Math.min,
  [B.MAXIMUM]: Math.max,
  [B.MINIMUM]: Math.min,
  [B.POW]: power,
  [B.GREATER]: (a, b) => Number(a > b),
  [B.GREATER_EQUAL]: (a, b) => Number(a >= b),
  [B.LESS]: (a, b) => Number(a < b),
  [B.LESS_EQUAL]: (a, b) => Number(a <= b),
  [B.EQUAL]: (a, b) => Number(a === b),
  [B.NOTEQUAL]: (a, b) => Number(a !== b),
  [B.FLOORDIV]: (a, b) => Math.floor(a / b),
  [B.FLOORMOD]: flooredRemainder,
  [B.MOD]: (a, b) => a % b,
  [B.SquaredDifference]: (a, b) => (a - b) * (a - b),
  [B.ATAN2]: atan2,
  [B.LOGICALOR]: (a, b) => Number(a !== 0 || b !== 0),
  [B.LOGICALXOR]: (a, b) => Number((a !== 0) !== (b !== 0)),
  [B.MUL_SILU]: (a, b) => a * b * sigmoid(b),
};

/**
 * What differs on whole numbers. The two remainders are the other way round than on floats, and
 * exclusive or looks at all bits: that is what MNN's runtime does (3.6.1 BinaryUtils.hpp).
 */
const INTEGER: Readonly<Record<number, Compute>> = {
  ...FLOAT,
  [B.MUL]: Math.imul,
  [B.DIV]: (a, b) => (b === 0 ? 0 : Math.trunc(a / b)),
  [B.REALDIV]: (a, b) => (b === 0 ? 0 : Math.trunc(a / b)),
  [B.FLOORDIV]: (a, b) => (b === 0 ? 0 : Math.floor(a / b)),
  [B.FLOORMOD]: (a, b) => (b === 0 ? 0 : a % b),
  [B.MOD]: (a, b) => (b === 0 ? 0 : flooredRemainder(a, b)),
  [B.LOGICALXOR]: (a, b) => Number((a ^ b) !== 0),
  [B.POW]: (a, b) => Math.trunc(power(a, b)),
  [B.BITWISE_AND]: (a, b) => a & b,
  [B.BITWISE_OR]: (a, b) => a | b,
  [B.BITWISE_XOR]: (a, b) => a ^ b,
  [B.LEFTSHIFT]: (a, b) => a << b,
  [B.RIGHTSHIFT]: (a, b) => a >> b,
};

const COMPARISONS: ReadonlySet<number> = new Set([
  B.GREATER,
  B.GREATER_EQUAL,
  B.LESS,
  B.LESS_EQUAL,
  B.EQUAL,
  B.NOTEQUAL,
]);

/**
 * The function of two numbers that an operation is, on floats or on whole numbers.
 *
 * @throws {GraphError} where there is none
 */
export function binaryFunction(operation: number, dtype: 'float32' | 'int32'): Compute {
  const compute = (dtype === 'float32' ? FLOAT : INTEGER)[operation];
  if (compute === undefined) throw new GraphError(`operation ${operation} is unknown for ${dtype}`);
  return compute;
}

/** Element by element with NumPy's broadcasting: a, b → y. The layout is that of the input with more dimensions. */
export const binaryOp: OpDefinition<BinaryAttributes> = {
  name: 'BinaryOp',
  opTypes: [OpType.BinaryOp],
  parse(op, context) {
    const { opType, activationType } = parameter(op, 'BinaryOp', context);
    if (!(opType in INTEGER)) throw new GraphError(`${context.where}: operation ${opType} is unknown`);
    if (activationType !== 0 && activationType !== 1) {
      throw new GraphError(
        `${context.where}: expected activation 0 (none) or 1 (ReLU), got ${activationType}`,
      );
    }
    return { operation: opType, relu: activationType === 1 };
  },
  shape({ operation }, inputs, where) {
    const a = required(inputs, 0, where);
    const b = required(inputs, 1, where);
    if (a.dtype !== b.dtype)
      throw new GraphError(`${where}: expected inputs of one type, got ${a.dtype} and ${b.dtype}`);
    if (a.dtype === 'float32' && !(operation in FLOAT))
      throw new GraphError(`${where}: operation ${operation} needs whole numbers, got float32`);
    const layout = a.shape.length >= b.shape.length ? a.layout : b.layout;
    const dtype = COMPARISONS.has(operation) ? 'int32' : a.dtype;
    return [{ shape: broadcastShape(a.shape, b.shape, where), dtype, layout }];
  },
  reference({ operation, relu }, inputs, [y]) {
    const a = required(inputs, 0, 'BinaryOp');
    const b = required(inputs, 1, 'BinaryOp');
    const compute = (a.dtype === 'float32' ? FLOAT : INTEGER)[operation];
    forEachPair(
      y.shape,
      broadcastStrides(a.shape, y.shape),
      broadcastStrides(b.shape, y.shape),
      (at, i, j) => {
        const value = compute(a.data[i], b.data[j]);
        y.data[at] = relu && value < 0 ? 0 : value;
      },
    );
  },
  cases: binaryCases,
};

function binaryCases(): OpCase<BinaryAttributes>[] {
  const shapes: [string, number[], number[]][] = [
    ['same shape', [1, 5, 6, 7], [1, 5, 6, 7]],
    ['per channel', [2, 5, 3, 4], [1, 5, 1, 1]],
    ['scalar', [1, 3, 4, 5], []],
    ['both broadcast', [3, 1, 4], [2, 1, 5, 1]],
    ['empty', [0, 3], [1, 3]],
  ];
  const arithmetic: [string, number][] = [
    ['ADD', B.ADD],
    ['SUB', B.SUB],
    ['MUL', B.MUL],
    ['MAXIMUM', B.MAXIMUM],
  ];
  const cases = arithmetic.flatMap(([name, operation]) =>
    shapes.map(([title, a, b]) => ({
      title: `${name}, ${title}`,
      attributes: { operation, relu: false },
      inputs: [{ shape: a }, { shape: b }],
    })),
  );
  const others = Object.keys(FLOAT)
    .map(Number)
    .filter(
      (operation) =>
        operation !== B.POW && operation !== B.FLOORMOD && operation !== B.FLOORDIV && operation !== B.MOD,
    );
  return [
    ...cases,
    {
      title: 'ADD and ReLU',
      attributes: { operation: B.ADD, relu: true },
      inputs: [{ shape: [1, 8, 5, 5] }, { shape: [1, 8, 5, 5] }],
    },
    ...others.map((operation) => ({
      title: `operation ${operation}`,
      attributes: { operation, relu: false },
      inputs: [{ shape: [4, 5] }, { shape: [4, 5] }],
    })),
    {
      title: 'FLOORMOD of negative numbers',
      attributes: { operation: B.FLOORMOD, relu: false },
      inputs: [
        { shape: [4], data: [-5, 5, -7.5, 7] },
        { shape: [4], data: [3, -3, 2, 7] },
      ],
    },
    {
      title: 'POW',
      attributes: { operation: B.POW, relu: false },
      inputs: [
        { shape: [5], data: [2, 0.5, 4, 0, 3] },
        { shape: [5], data: [3, -2, 0.5, 2, 1.7] },
      ],
    },
    {
      title: 'int32 DIV',
      attributes: { operation: B.DIV, relu: false },
      inputs: [
        { shape: [4], dtype: 'int32' as const, data: [7, -7, 9, 1] },
        { shape: [4], dtype: 'int32' as const, data: [2, 2, -3, 0] },
      ],
    },
  ];
}
