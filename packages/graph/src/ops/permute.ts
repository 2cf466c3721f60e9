import { OpType } from '@mnnquant/mnn-format';
import { GraphError, type OpDefinition } from '../op.ts';
import type { TensorDesc } from '../tensor.ts';
import { knownIntegers, required } from './support/inputs.ts';
import { optionalParameter } from './support/parameter.ts';
import { permuteData } from './support/strides.ts';

export interface PermuteAttributes {
  /** Output dimension i is input dimension order[i]; `undefined`: the second input says it, else reversed. */
  readonly order: readonly number[] | undefined;
}

/** Reorders the dimensions. */
export const permute: OpDefinition<PermuteAttributes> = {
  name: 'Permute',
  opTypes: [OpType.Permute, OpType.Transpose],
  parse(op) {
    const dims = optionalParameter(op, 'Permute')?.dims;
    return { order: dims && Array.from(dims) };
  },
  shape(attributes, inputs, where) {
    const { shape, dtype, layout } = required(inputs, 0, where);
    const order = permuteOrder(attributes, inputs, where);
    return [{ shape: order.map((axis) => shape[axis]), dtype, layout }];
  },
  reference(attributes, inputs, [y]) {
    const x = required(inputs, 0, 'Permute');
    const described = inputs.map((input) => input && { ...input, value: input.data });
    permuteData(x.data, x.shape, permuteOrder(attributes, described, 'Permute'), y.data);
  },
  cases: () => [
    { title: 'NCHW to NHWC', attributes: { order: [0, 2, 3, 1] }, inputs: [{ shape: [2, 3, 4, 5] }] },
    { title: 'reversed', attributes: { order: undefined }, inputs: [{ shape: [2, 3, 4] }] },
    { title: 'negative axes', attributes: { order: [0, -1, 1] }, inputs: [{ shape: [2, 3, 4] }] },
    {
      title: 'order from an input',
      attributes: { order: undefined },
      inputs: [{ shape: [2, 3, 4] }, { shape: [3], dtype: 'int32', data: [2, 0, 1] }],
    },
    {
      title: 'six dimensions',
      attributes: { order: [0, 3, 1, 4, 2, 5] },
      inputs: [{ shape: [1, 2, 3, 2, 2, 3] }],
    },
  ],
};

/** Output dimension i is input dimension order[i], counted from the front. */
export function permuteOrder(
  attributes: PermuteAttributes,
  inputs: readonly (TensorDesc | undefined)[],
  where: string,
): number[] {
  const rank = required(inputs, 0, where).shape.length;
  const given = attributes.order ?? (inputs[1] && knownIntegers(inputs, 1, where));
  const order = (given ?? Array.from({ length: rank }, (_, i) => rank - 1 - i)).map((axis) =>
    axis < 0 ? axis + rank : axis,
  );
  if ([...order].sort((a, b) => a - b).some((axis, i) => axis !== i) || order.length !== rank) {
    throw new GraphError(`${where}: expected an order of ${rank} dimensions, got [${given}]`);
  }
  return order;
}
