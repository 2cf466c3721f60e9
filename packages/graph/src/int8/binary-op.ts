import { BinaryOpOperation as B } from '@mnnquant/mnn-format';
import type { QuantParams } from '../backend.ts';
import { atan2, power } from '../math/index.ts';
import { GraphError, type OpDefinition } from '../op.ts';
import { type BinaryAttributes, binaryOp } from '../ops/binary-op.ts';
import { broadcastStrides, forEachPair } from '../ops/support/broadcast.ts';
import { required } from '../ops/support/inputs.ts';
import type { Int8Attributes } from './attributes.ts';
import { binaryCases } from './binary-op-cases.ts';
import { inputParams, likeFloat } from './params.ts';
import { clampTo, inverseScale, roundAway, toInt32 } from './rounding.ts';

type Compute = (a: number, b: number) => number;

const f = Math.fround;

/** On float32 numbers, each step rounded to float32 (BinaryUtils.hpp). */
const FLOAT: Readonly<Record<number, Compute>> = {
  [B.ADD]: (a, b) => f(a + b),
  [B.SUB]: (a, b) => f(a - b),
  [B.MUL]: (a, b) => f(a * b),
  [B.SquaredDifference]: (a, b) => f(f(a - b) * f(a - b)),
  [B.REALDIV]: (a, b) => f(a / b),
  [B.FLOORDIV]: (a, b) => f(Math.floor(a / b)),
  [B.FLOORMOD]: (a, b) => f(a - f(Math.floor(f(a / b)) * b)),
  [B.POW]: (a, b) => f(power(a, b)),
  [B.ATAN2]: (a, b) => f(atan2(a, b)),
  [B.MOD]: (a, b) => f(a % b),
};

/** Of whole numbers in steps of 2^-16. */
const FIXED: Readonly<Record<number, Compute>> = { [B.MINIMUM]: Math.min, [B.MAXIMUM]: Math.max };
const FIXED_ONE = 2 ** 16;

/**
 * y = round(f((a - z_a) s_a, (b - z_b) s_b) / s_y) + z_y, clamped (Int8FunctionsOpt.cpp, CPUBinaryInt8.cpp, MNN 3.6.1).
 *
 * Two faults of MNN are kept: the lower end of a fused ReLU is 0, whatever the zero point, and MINIMUM and MAXIMUM
 * forget to divide by the output's scale.
 */
export const int8BinaryOp: OpDefinition<Int8Attributes<BinaryAttributes>> = {
  ...likeFloat('Int8BinaryOp', binaryOp),
  shape({ op }, inputs, where) {
    const [y] = binaryOp.shape(op, inputs, where);
    if (!(op.operation in FLOAT) && !(op.operation in FIXED))
      throw new GraphError(`${where}: MNN 3.6.1 has no int8 kernel for operation ${op.operation}`);
    return [y];
  },
  reference(attributes, inputs, [y]) {
    const a = required(inputs, 0, 'Int8BinaryOp');
    const b = required(inputs, 1, 'Int8BinaryOp');
    const compute = quantized(attributes);
    forEachPair(
      y.shape,
      broadcastStrides(a.shape, y.shape),
      broadcastStrides(b.shape, y.shape),
      (at, i, j) => {
        y.data[at] = compute(a.data[i], b.data[j]);
      },
    );
  },
  cases: binaryCases,
};

/** What a, b and y stand for and 1/scale of y, with the lower end that a fused ReLU has. Shared with kernels. */
export function int8Binary(attributes: Int8Attributes<BinaryAttributes>): {
  readonly a: QuantParams;
  readonly b: QuantParams;
  readonly y: QuantParams;
  readonly inverse: number;
} {
  const { op, outputs } = attributes;
  const y = op.relu ? { ...outputs[0], min: 0 } : outputs[0];
  const [a, b] = [inputParams(attributes, 0, 'Int8BinaryOp'), inputParams(attributes, 1, 'Int8BinaryOp')];
  return { a, b, y, inverse: inverseScale(y) };
}

/** The function of two q. */
function quantized(attributes: Int8Attributes<BinaryAttributes>): Compute {
  const { operation } = attributes.op;
  const { a, b, y, inverse } = int8Binary(attributes);
  const fixed = FIXED[operation];
  if (fixed !== undefined) return fixedPoint(fixed, a, b, y);
  const compute = FLOAT[operation];
  const [stepA, stepB] = [f(a.scale), f(b.scale)];
  return (p, q) => {
    const value = compute(f((p - a.zeroPoint) * stepA), f((q - b.zeroPoint) * stepB));
    return clampTo(y, toInt32(roundAway(f(value * inverse))) + y.zeroPoint);
  };
}

function fixedPoint(compute: Compute, a: QuantParams, b: QuantParams, y: QuantParams): Compute {
  const [stepA, stepB] = [Math.trunc(f(a.scale) * FIXED_ONE), Math.trunc(f(b.scale) * FIXED_ONE)];
  return (p, q) => {
    const value = compute(Math.imul(p - a.zeroPoint, stepA), Math.imul(q - b.zeroPoint, stepB));
    const half = value < 0 ? -FIXED_ONE / 2 : FIXED_ONE / 2;
    return clampTo(y, Math.trunc((value + half) / FIXED_ONE) + y.zeroPoint);
  };
}
