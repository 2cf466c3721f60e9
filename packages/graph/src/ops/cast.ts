import { DataType, OpType } from '@mnnquant/mnn-format';
import { dtypeOf } from '../format.ts';
import { GraphError, type OpDefinition } from '../op.ts';
import type { DType } from '../tensor.ts';
import { required } from './support/inputs.ts';
import { parameter } from './support/parameter.ts';

export interface CastAttributes {
  readonly to: DType;
  /** Everything but 0 becomes 1. */
  readonly toBool: boolean;
  /** The converter has no word for the new type. */
  readonly unnamed?: boolean;
}

/**
 * What a whole number of 32 bits cannot hold, and what is no number, becomes the smallest one: MNN's conversion is the
 * processor's, as the official tool runs it on x86.
 */
const NOT_HELD = -(2 ** 31);

/**
 * Changes the element type; floats are cut towards zero. Floats stay as they are where the converter does not know
 * the new type, as that of TFLite's bool, int64 and float16 (MNN 3.6.1 CastTflite.cpp, CPUCast.cpp).
 */
export const cast: OpDefinition<CastAttributes> = {
  name: 'Cast',
  opTypes: [OpType.Cast],
  parse(op, context) {
    const { dstT } = parameter(op, 'CastParam', context);
    if (dstT === DataType.DT_INVALID) return { to: 'float32', toBool: false, unnamed: true };
    return { to: dtypeOf(dstT, context.where), toBool: dstT === DataType.DT_BOOL };
  },
  shape({ to, unnamed }, inputs, where) {
    const { shape, dtype, layout } = required(inputs, 0, where);
    if (unnamed && dtype !== to)
      throw new GraphError(
        `${where}: expected a type that MNN knows (0 is none) for a ${dtype} input; leave the cast out of the model`,
      );
    return [{ shape, dtype: to, layout }];
  },
  reference({ to, toBool }, inputs, [y]) {
    const { data } = required(inputs, 0, 'Cast');
    for (let i = 0; i < data.length; i++) {
      y.data[i] = toBool ? Number(data[i] !== 0) : to === 'float32' ? data[i] : wholeNumber(data[i]);
    }
  },
  cases: () => [
    {
      title: 'float to int',
      attributes: { to: 'int32', toBool: false },
      inputs: [{ shape: [5], data: [-1.7, -0.2, 0.9, 1, 300.5] }],
    },
    {
      title: 'float to int, beyond its ends',
      attributes: { to: 'int32', toBool: false },
      inputs: [{ shape: [6], data: [Number.NaN, Infinity, -Infinity, 2 ** 31, -(2 ** 31), 1e30] }],
    },
    {
      title: 'int to float',
      attributes: { to: 'float32', toBool: false },
      inputs: [{ shape: [3], dtype: 'int32', data: [-3, 0, 7] }],
    },
    {
      title: 'to a type without a name',
      attributes: { to: 'float32', toBool: false, unnamed: true },
      inputs: [{ shape: [3], data: [-3.5, 0, 7.25] }],
    },
    {
      title: 'to bool',
      attributes: { to: 'int32', toBool: true },
      inputs: [{ shape: [4], data: [-0.5, 0, 2, 1] }],
    },
  ],
};

/** The whole number that a float becomes. */
export function wholeNumber(value: number): number {
  const whole = Math.trunc(value);
  return whole >= NOT_HELD && whole < 2 ** 31 ? whole : NOT_HELD;
}
