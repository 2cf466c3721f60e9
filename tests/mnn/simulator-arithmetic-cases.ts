import type { QuantParams } from '@mnnquant/graph';
import {
  BinaryOpOperation as B,
  BinaryOpOperationNames,
  createTable,
  MNN_DATA_FORMAT,
  UnaryOpOperation as U,
  UnaryOpOperationNames,
} from '@mnnquant/mnn-format';
import { GRIDS, type Of, type Operand, params, type SimulatorCase, unaries } from './simulator-case.ts';

const { NCHW, NC4HW4 } = MNN_DATA_FORMAT;

const OPERATIONS = [
  ...[B.ADD, B.SUB, B.MUL, B.MINIMUM, B.MAXIMUM, B.SquaredDifference, B.REALDIV, B.FLOORDIV],
  ...[B.FLOORMOD, B.POW, B.ATAN2, B.MOD],
];

const binary = (opType: number, activationType = 0): Of => ({
  op: 'BinaryOp',
  main: { type: 'BinaryOp', value: createTable('BinaryOp', { opType, activationType }) },
  format: NCHW,
});

export function binaries(): SimulatorCase[] {
  const shape = [2, 5, 6, 9];
  const make = (title: string, of: Of, a: Operand, b: Operand, output: QuantParams): SimulatorCase => ({
    ...of,
    title: `BinaryOp ${title}`,
    operands: [a, b],
    output,
  });
  const all = OPERATIONS.flatMap((operation) => {
    const name = BinaryOpOperationNames[operation];
    return GRIDS.map(([grid, from, output]) =>
      make(
        `${name}, ${grid}`,
        binary(operation),
        { shape, params: from },
        { shape, params: params(0.04, 5) },
        output,
      ),
    );
  });
  const a = { shape, params: params(0.02, 3) };
  const spread = [B.ADD, B.SUB, B.MUL, B.MAXIMUM, B.REALDIV].flatMap((operation) => {
    const name = BinaryOpOperationNames[operation];
    const b = params(0.03, -2);
    const to = params(0.05, 9);
    const scalar = { shape: [1], params: b };
    return [
      make(`${name} of a scalar`, binary(operation), a, scalar, to),
      make(`${name} of a constant scalar`, binary(operation), a, { ...scalar, constant: true }, to),
      make(`${name} of a scalar first`, binary(operation), scalar, a, to),
      make(`${name} of a constant`, binary(operation), a, { shape, params: b, constant: true }, to),
      make(`${name}, packed`, { ...binary(operation), format: NC4HW4 }, a, { shape, params: b }, to),
      make(
        `${name} per channel, packed`,
        { ...binary(operation), format: NC4HW4 },
        a,
        { shape: [1, 5, 1, 1], params: b },
        to,
      ),
    ];
  });
  const rectified = [B.ADD, B.MUL, B.MAXIMUM].map((operation) =>
    make(
      `${BinaryOpOperationNames[operation]} and ReLU`,
      binary(operation, 1),
      a,
      { shape, params: params(0.03, -2) },
      params(0.05, -60),
    ),
  );
  const beyond = [B.ADD, B.MUL, B.REALDIV].map((operation) =>
    make(
      `${BinaryOpOperationNames[operation]} beyond int32`,
      binary(operation),
      a,
      { shape, params: params(0.03, -2) },
      params(1e-9, 3),
    ),
  );
  return [...all, ...spread, ...rectified, ...beyond];
}

const unary = (opType: number, tableInt8?: Int8Array): Of => ({
  op: 'UnaryOp',
  main: { type: 'UnaryOp', value: createTable('UnaryOp', { opType, tableInt8 }) },
  format: NCHW,
});

export function unaryOps(): SimulatorCase[] {
  const table = Int8Array.from({ length: 255 }, (_, i) => ((i * 89) % 255) - 127);
  const plain = [U.ABS, U.NEG, U.SIGN].flatMap((operation) =>
    unaries(`UnaryOp ${UnaryOpOperationNames[operation]}`, unary(operation)),
  );
  const whole: SimulatorCase = {
    ...unary(U.TANH, table),
    title: 'UnaryOp by a table, q = -128 too',
    operands: [{ shape: [1, 4, 8, 8], params: params(0.05, 0, -128) }],
    output: params(0.01),
  };
  return [...plain, ...unaries('UnaryOp by a table', unary(U.TANH, table)), whole];
}
