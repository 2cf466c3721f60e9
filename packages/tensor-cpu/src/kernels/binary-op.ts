import type { BinaryAttributes } from '@mnnquant/graph';
import { BinaryOpOperation as B } from '@mnnquant/mnn-format';
import type { KernelBinder } from '../context.ts';
import { live } from '../tensor.ts';
import { broadcastBox, COMBINE, WHOLE } from './combine.ts';
import { reluBounds } from './support.ts';

const FLOATS: ReadonlyMap<number, number> = new Map([
  [B.ADD, COMBINE.add],
  [B.SUB, COMBINE.subtract],
  [B.MUL, COMBINE.multiply],
  [B.DIV, COMBINE.divide],
  [B.REALDIV, COMBINE.divide],
  [B.MAX_TEMP, COMBINE.maximum],
  [B.MAXIMUM, COMBINE.maximum],
  [B.MIN_TEMP, COMBINE.minimum],
  [B.MINIMUM, COMBINE.minimum],
  [B.SquaredDifference, COMBINE.squaredDifference],
  [B.GREATER, COMBINE.greater],
  [B.GREATER_EQUAL, COMBINE.greaterEqual],
  [B.LESS, COMBINE.less],
  [B.LESS_EQUAL, COMBINE.lessEqual],
  [B.EQUAL, COMBINE.equal],
  [B.NOTEQUAL, COMBINE.notEqual],
]);

/** Quotients of whole numbers are cut, differences squared go beyond 32 bits: left to the reference. */
const NOT_OF_WHOLE: ReadonlySet<number> = new Set([COMBINE.divide, COMBINE.squaredDifference]);

/** y = a op b with broadcasting, of floats or of whole numbers. Rare operations are left to the reference. */
export const bindBinaryOp: KernelBinder = (context, node, [a, b], [output]) => {
  const { operation, relu } = node.attributes as BinaryAttributes;
  const number = FLOATS.get(operation);
  if (number === undefined || a === undefined || b === undefined || a.dtype !== b.dtype) return undefined;
  const whole = a.dtype === 'int32';
  if (!whole && a.dtype !== 'float32') return undefined;
  if ((whole && NOT_OF_WHOLE.has(number)) || (relu && output.dtype !== 'float32')) return undefined;
  const box = broadcastBox(context, a.shape, b.shape, output.shape);
  if (box === undefined) return undefined;
  const [lo, hi] = reluBounds(relu);
  const code = whole ? WHOLE + number : number;
  const { wasm } = context;
  return ([left, right], [y]) =>
    wasm.combine(code, live(left).address, live(right).address, live(y).address, box, lo, hi);
};
