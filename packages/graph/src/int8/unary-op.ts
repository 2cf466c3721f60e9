import { UnaryOpOperation as U, UnaryOpOperationNames } from '@mnnquant/mnn-format';
import type { QuantParams } from '../backend.ts';
import type { GraphNode } from '../graph.ts';
import { GraphError, type OpCase, type OpDefinition } from '../op.ts';
import { required } from '../ops/support/inputs.ts';
import { type UnaryAttributes, unaryOp } from '../ops/unary-op.ts';
import type { Int8Attributes } from './attributes.ts';
import { everyQ, params } from './case-values.ts';
import { inputParams, likeFloat } from './params.ts';
import { BYTE_OFFSET, clampTo, inverseScale, toInt32, wrapByte } from './rounding.ts';

export interface Int8UnaryAttributes extends UnaryAttributes {
  /** Results for q = -127 … 127, as the file has them; without it the operation is ABS, NEG or SIGN. */
  readonly table: Int8Array | undefined;
}

/** Numbers in a table: one for every q but -128. */
const TABLE_SIZE = 255;

const f = Math.fround;

type Kernel = (q: number, from: QuantParams, to: QuantParams, step: number, inverse: number) => number;

/** Without a table (CPUUnary.cpp, MNN 3.6.1). They cut where they should round. */
const KERNELS: Readonly<Record<number, Kernel>> = {
  [U.NEG]: (q, from, to, step, inverse) => {
    const value = f(f(f(-(q - from.zeroPoint) * step) * inverse) + to.zeroPoint);
    return clampTo(to, toInt32(value));
  },
  // Cut as a byte q + 128, so downwards.
  [U.ABS]: (q, from, to, step, inverse) => {
    const value = f(f(Math.abs(f((q - from.zeroPoint) * step)) * inverse) + to.zeroPoint);
    return toInt32(f(clampTo(to, value) + BYTE_OFFSET)) - BYTE_OFFSET;
  },
  // Clamped to nothing: only a byte is left of it.
  [U.SIGN]: (q, from, to, _step, inverse) => {
    const sign = Math.sign(q - from.zeroPoint);
    return wrapByte(toInt32(f(f(sign * inverse) + to.zeroPoint)));
  },
};

/** y = f(x) by a table of the file; ABS, NEG and SIGN without one too. */
export const int8UnaryOp: OpDefinition<Int8Attributes<Int8UnaryAttributes>> = {
  ...likeFloat<Int8UnaryAttributes>('Int8UnaryOp', unaryOp as OpDefinition<Int8UnaryAttributes>),
  shape(attributes, inputs, where) {
    const { operation, table } = attributes.op;
    if (table === undefined && !(operation in KERNELS))
      throw new GraphError(
        `${where}: ${UnaryOpOperationNames[operation]} in int8 needs a table, it has none`,
      );
    if (table !== undefined && table.length < TABLE_SIZE)
      throw new GraphError(`${where}: expected a table of ${TABLE_SIZE} numbers, got ${table.length}`);
    const { shape, dtype, layout } = required(inputs, 0, where);
    return [{ shape, dtype, layout }];
  },
  reference(attributes, inputs, [y]) {
    const { data } = required(inputs, 0, 'Int8UnaryOp');
    const results = resultsOf(attributes);
    for (let i = 0; i < data.length; i++) y.data[i] = results[data[i] + BYTE_OFFSET];
  },
  cases: unaryCases,
};

/** With the table that the op has in the file. */
export function int8Attributes(
  node: GraphNode,
  inputs: readonly (QuantParams | undefined)[],
  outputs: readonly QuantParams[],
): Int8Attributes<Int8UnaryAttributes> {
  const { main } = node.source;
  const table = main?.type === 'UnaryOp' ? main.value.tableInt8 : undefined;
  return { op: { ...(node.attributes as UnaryAttributes), table }, inputs, outputs };
}

/** For every q from -128 on. */
function resultsOf(attributes: Int8Attributes<Int8UnaryAttributes>): Int8Array {
  const { op, outputs } = attributes;
  const results = new Int8Array(TABLE_SIZE + 1);
  if (op.table !== undefined) {
    // Of -128 MNN reads the byte before the table, which is 0 in a heap of glibc.
    results.set(op.table.subarray(0, TABLE_SIZE), 1);
    return results;
  }
  const from = inputParams(attributes, 0, 'Int8UnaryOp');
  const [to] = outputs;
  const kernel = KERNELS[op.operation];
  for (let i = 0; i < results.length; i++)
    results[i] = kernel(i - BYTE_OFFSET, from, to, f(from.scale), inverseScale(to));
  return results;
}

function unaryCases(): OpCase<Int8Attributes<Int8UnaryAttributes>>[] {
  const table = Int8Array.from({ length: TABLE_SIZE }, (_, i) => Math.trunc((i - 127) ** 3 / 127 ** 2));
  const make = (title: string, op: Int8UnaryAttributes, from: QuantParams, to: QuantParams) => ({
    title,
    attributes: { op, inputs: [from], outputs: [to] },
    inputs: [{ shape: [2, 8, 4, 4], data: everyQ(256) }],
  });
  const plain = [U.ABS, U.NEG, U.SIGN].flatMap((operation) => [
    make(
      `${UnaryOpOperationNames[operation]}, same scale`,
      { operation, table: undefined },
      params(0.05),
      params(0.05),
    ),
    make(
      `${UnaryOpOperationNames[operation]}, zero points`,
      { operation, table: undefined },
      params(0.031, 7),
      params(0.017, -11),
    ),
  ]);
  return [...plain, make('a table', { operation: U.TANH, table }, params(0.02), params(0.01, 3))];
}
