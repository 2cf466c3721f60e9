import { OpType } from '@mnnquant/mnn-format';
import { GraphError, type OpDefinition } from '../op.ts';
import type { TensorList } from '../tensor.ts';
import { knownIntegers, required } from './support/inputs.ts';
import { listCase } from './support/list-cases.ts';
import { optionalParameter } from './support/parameter.ts';
import { offsetsOf, positionIn, requiredList, shapeOf } from './support/tensor-list.ts';

export interface TensorArrayGatherAttributes {
  /** As declared, -1 where it is not known; empty for no declaration. */
  readonly shape: readonly number[];
}

/**
 * Elements of one shape, stacked: handle, positions [n], list → [n, ...shape] (ShapeTensorArray.cpp, MNN 3.6.1).
 * The declared shape tells the elements' one where none is picked.
 */
export const tensorArrayGather: OpDefinition<TensorArrayGatherAttributes> = {
  name: 'TensorArrayGather',
  opTypes: [OpType.TensorArrayGather],
  parse: (op) => ({ shape: Array.from(optionalParameter(op, 'TensorArray')?.element_shape ?? []) }),
  shape({ shape }, inputs, where) {
    const { list, dtype, layout } = requiredList(inputs, 2, where);
    const positions = required(inputs, 1, where);
    if (positions.shape.length !== 1)
      throw new GraphError(`${where}: expected positions in one dimension, got [${positions.shape}]`);
    const [count] = positions.shape;
    // Where all are alike it does not matter which, and the positions may depend on the data.
    const any = list.uniform && list.elements.length > 0 && positions.value === undefined;
    const picked = any ? [0] : knownIntegers(inputs, 1, where).map((given) => place(list, given, where));
    const element = commonShape(list, picked, shape, where);
    return [{ shape: [count, ...element], dtype, layout }];
  },
  reference(_, inputs, [y]) {
    const { list, data } = requiredList(inputs, 2, 'TensorArrayGather');
    const positions = required(inputs, 1, 'TensorArrayGather').data;
    const offsets = offsetsOf(list);
    const length = y.data.length / Math.max(positions.length, 1);
    for (const [i, given] of positions.entries()) {
      const offset = offsets[place(list, given, 'TensorArrayGather')];
      y.data.set(data.subarray(offset, offset + length), i * length);
    }
  },
  cases: () => [
    {
      title: 'some, one of them twice',
      attributes: { shape: [] },
      inputs: [
        undefined,
        { shape: [3], dtype: 'int32', data: [2, 0, 2] },
        listCase(Array(4).fill([2, 3]), { grows: false, uniform: true }, { layout: 'NHWC' }),
      ],
    },
    {
      title: 'those of one shape among others',
      attributes: { shape: [2, -1] },
      inputs: [undefined, { shape: [2], dtype: 'int32', data: [2, 0] }, listCase([[2, 3], [5], [2, 3]])],
    },
    {
      title: 'none',
      attributes: { shape: [2, 3] },
      inputs: [undefined, { shape: [0], dtype: 'int32', data: [] }, listCase([])],
    },
  ],
};

function place(list: TensorList, given: number, where: string): number {
  if (given < 0) throw new GraphError(`${where}: expected positions of at least 0, got ${given}`);
  return positionIn(list, given, list.elements.length - 1, where);
}

function commonShape(
  list: TensorList,
  picked: readonly number[],
  declared: readonly number[],
  where: string,
): readonly number[] {
  const [shape = list.elements.find((known) => known !== undefined), ...others] = picked.map((position) =>
    shapeOf(list, position, where),
  );
  if (shape === undefined) return declaredShape(declared, where);
  const odd = others.find((other) => String(other) !== String(shape));
  if (odd) throw new GraphError(`${where}: expected elements of one shape, got [${shape}] and [${odd}]`);
  const fits =
    declared.length === 0 ||
    (declared.length === shape.length && declared.every((extent, i) => extent < 0 || extent === shape[i]));
  if (!fits) throw new GraphError(`${where}: expected elements of [${declared}], got [${shape}]`);
  return shape;
}

function declaredShape(declared: readonly number[], where: string): readonly number[] {
  if (declared.length > 0 && declared.every((extent) => extent >= 0)) return declared;
  throw new GraphError(`${where}: nothing is picked out of an empty list, and no shape is declared`);
}
