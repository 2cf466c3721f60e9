import { type QuantParams, UNARY_FUNCTIONS } from '@mnnquant/graph';
import { createTable, type Op, OpType, UnaryOpOperation, UnaryOpOperationNames } from '@mnnquant/mnn-format';

/** The table has a place for every q that an int8 tensor holds. */
const LARGEST = 127;

/**
 * Gives a unary op between two tensors with scales its int8 table: the results for q = -127 … 127
 * (calibration.cpp `ComputeUnaryBuffer`, MNN 3.6.1). Sigmoid and TanH become UnaryOps, which alone
 * can have a table. Any other op comes back as it is.
 *
 * An op with a table uses it even on float tensors (CPUUnary.cpp), so it must not have one unless
 * both sides have a scale.
 */
export function withTable(op: Op, scales: ReadonlyMap<number, QuantParams>): Op {
  const operation = unaryOperation(op);
  if (operation === undefined) return op;
  if (tooSteep(op) !== undefined) return withoutTable(op);
  const input = scales.get(op.inputIndexes?.[0] ?? -1);
  const output = scales.get(op.outputIndexes?.[0] ?? -1);
  const compute = UNARY_FUNCTIONS[operation];
  if (input === undefined || output === undefined || compute === undefined) return withoutTable(op);
  const original = op.main?.type === 'UnaryOp' ? op.main.value : createTable('UnaryOp');
  const tableInt8 = unaryTable(compute, input, output);
  const value = { ...original, opType: operation, tableInt8 };
  return { ...op, type: OpType.UnaryOp, main: { type: 'UnaryOp', value } };
}

/** Whether MNN's runtime can take an op as a table: it is unary and its function is known. */
export function canHaveTable(op: Op): boolean {
  const operation = unaryOperation(op);
  return operation !== undefined && UNARY_FUNCTIONS[operation] !== undefined;
}

/**
 * Functions without bounds to their slope near 0: what 8 bits make of small operands, of which there are most, is all that a
 * table has. A root of 255 levels has its first result at a sixteenth of the largest one.
 */
const steep: ReadonlySet<number> = new Set([
  UnaryOpOperation.SQRT,
  UnaryOpOperation.RSQRT,
  UnaryOpOperation.LOG,
  UnaryOpOperation.RECIPROCAL,
]);

/** Why an op that could be a table must be none. */
export function tooSteep(op: Op): string | undefined {
  const operation = unaryOperation(op);
  if (operation === undefined || !steep.has(operation)) return undefined;
  return `the result of ${UnaryOpOperationNames[operation]} loses too much in int8`;
}

/** 255 results: the function of (q - z_in) * s_in, in steps of s_out, NaN as the zero point. */
export function unaryTable(
  compute: (x: number) => number,
  input: QuantParams,
  output: QuantParams,
): Int8Array {
  const table = new Int8Array(2 * LARGEST + 1);
  for (let q = -LARGEST; q <= LARGEST; q++) {
    const x = Math.fround((q - input.zeroPoint) * Math.fround(input.scale));
    const steps = roundAway(Math.fround(compute(x)) / Math.fround(output.scale));
    const place = Number.isNaN(steps) ? output.zeroPoint : steps + output.zeroPoint;
    table[q + LARGEST] = Math.min(output.max, Math.max(output.min, place));
  }
  return table;
}

function unaryOperation(op: Op): number | undefined {
  if (op.type === OpType.Sigmoid) return UnaryOpOperation.SIGMOID;
  if (op.type === OpType.TanH) return UnaryOpOperation.TANH;
  return op.main?.type === 'UnaryOp' ? op.main.value.opType : undefined;
}

// A table made for other scales would be used all the same.
function withoutTable(op: Op): Op {
  if (op.main?.type !== 'UnaryOp' || op.main.value.tableInt8 === undefined) return op;
  return { ...op, main: { type: 'UnaryOp', value: { ...op.main.value, tableInt8: undefined } } };
}

function roundAway(x: number): number {
  return Math.sign(x) * Math.floor(Math.abs(x) + 0.5);
}
