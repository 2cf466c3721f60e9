import { OpType } from '@mnnquant/mnn-format';
import { GraphError, type OpDefinition } from '../op.ts';
import { broadcastShape, broadcastStrides } from './support/broadcast.ts';
import { knownIntegers, required } from './support/inputs.ts';
import { optionalParameter } from './support/parameter.ts';
import { copyView, denseStrides } from './support/strides.ts';

export interface BroadcastToAttributes {
  /** The input is a line that goes along the first dimension, not the last. */
  readonly fromFirst: boolean;
}

/** Strides that read an input of shape `from` as one of shape `to`; 0 along what is repeated. */
export function broadcastToStrides(
  { fromFirst }: BroadcastToAttributes,
  from: readonly number[],
  to: readonly number[],
): readonly number[] {
  return fromFirst && from.length < to.length
    ? to.map((_, axis) => Number(axis === 0))
    : broadcastStrides(from, to);
}

/**
 * Repeats dimensions of extent 1 up to the shape in the second input: x [b] → y [a, b]. From the first dimension
 * on, x [a] → y [a, b], is what TensorFlow's Select does with its condition (MNN 3.6.1 ConvertUtils.cpp).
 */
export const broadcastTo: OpDefinition<BroadcastToAttributes> = {
  name: 'BroadcastTo',
  opTypes: [OpType.BroadcastTo],
  parse: (op) => ({ fromFirst: (optionalParameter(op, 'Axis')?.axis ?? 0) !== 0 }),
  shape({ fromFirst }, inputs, where) {
    const { shape, dtype, layout } = required(inputs, 0, where);
    const wanted = knownIntegers(inputs, 1, where);
    if (!fromFirst || shape.length === wanted.length)
      return [{ shape: broadcastShape(shape, wanted, where), dtype, layout }];
    if (shape.length !== 1 || shape[0] !== wanted[0])
      throw new GraphError(
        `${where}: expected one number for each of the ${wanted[0]} entries of the first dimension of [${wanted}], got [${shape}]`,
      );
    return [{ shape: wanted, dtype, layout }];
  },
  reference(attributes, inputs, [y]) {
    const x = required(inputs, 0, 'BroadcastTo');
    const from = { offset: 0, strides: broadcastToStrides(attributes, x.shape, y.shape) };
    copyView(x.data, from, y.data, { offset: 0, strides: denseStrides(y.shape) }, y.shape);
  },
  cases: () => [
    {
      title: 'to nothing',
      attributes: { fromFirst: false },
      inputs: [{ shape: [1, 3] }, { shape: [2], dtype: 'int32', data: [0, 3] }],
    },
    {
      title: 'two axes',
      attributes: { fromFirst: false },
      inputs: [{ shape: [3, 1] }, { shape: [3], dtype: 'int32', data: [2, 3, 4] }],
    },
    {
      title: 'a scalar',
      attributes: { fromFirst: false },
      inputs: [{ shape: [] }, { shape: [2], dtype: 'int32', data: [2, 3] }],
    },
    {
      title: 'along the first dimension',
      attributes: { fromFirst: true },
      inputs: [{ shape: [3] }, { shape: [3], dtype: 'int32', data: [3, 2, 4] }],
    },
    {
      title: 'along the first dimension, of the same rank',
      attributes: { fromFirst: true },
      inputs: [{ shape: [2, 3] }, { shape: [2], dtype: 'int32', data: [2, 3] }],
    },
  ],
};
