import { OpType } from '@mnnquant/mnn-format';
import { GraphError, type OpDefinition } from '../op.ts';
import type { TensorDesc, TensorList } from '../tensor.ts';
import { knownIntegers, normalizeAxis, required } from './support/inputs.ts';
import { listCase } from './support/list-cases.ts';
import { parameter } from './support/parameter.ts';
import { copyView, denseStrides } from './support/strides.ts';
import { asList, listDesc, offsetsOf, requiredList } from './support/tensor-list.ts';

export interface TensorArraySplitAttributes {
  readonly axis: number;
  /** Whether parts of length 1 keep the axis. */
  readonly keepsAxis: boolean;
}

/**
 * A tensor cut along an axis into the elements of a list: handle, tensor, lengths, list → list. One length: as many
 * parts of that length as there are, the last one shorter; several: one part of each (ShapeTensorArray.cpp,
 * MNN 3.6.1). What was in the list is gone; the elements are of the tensor's type, whatever `T` says.
 */
export const tensorArraySplit: OpDefinition<TensorArraySplitAttributes> = {
  name: 'TensorArraySplit',
  opTypes: [OpType.TensorArraySplit],
  parse(op, context) {
    const { axis, keepdims } = parameter(op, 'TensorArray', context);
    return { axis, keepsAxis: keepdims };
  },
  shape(attributes, inputs, where) {
    const { shape, dtype } = required(inputs, 1, where);
    if (shape.length === 0)
      throw new GraphError(`${where}: expected a tensor with dimensions, got a single number`);
    const list = requiredList(inputs, 3, where);
    const axis = normalizeAxis(attributes.axis, shape.length, where);
    const given = knownIntegers(inputs, 2, where);
    const lengths = partLengths(given, shape, axis, where);
    const elements = lengths.map((length) =>
      partShape(shape, axis, length, attributes.keepsAxis, given, where),
    );
    if (list.list.uniform && elements.some((part) => String(part) !== String(elements[0])))
      throw new GraphError(`${where}: expected parts of one length for this list, got ${lengths}`);
    return [listDesc({ dtype, layout: list.layout }, { ...list.list, elements })];
  },
  reference({ axis: given }, inputs, [y]) {
    const { shape, data } = required(inputs, 1, 'TensorArraySplit');
    const axis = normalizeAxis(given, shape.length, 'TensorArraySplit');
    const lengths = partLengths(
      Array.from(required(inputs, 2, 'TensorArraySplit').data),
      shape,
      axis,
      'TensorArraySplit',
    );
    const offsets = offsetsOf(asList(y).list);
    const strides = denseStrides(shape);
    let start = 0;
    for (const [i, length] of lengths.entries()) {
      const part = shape.map((extent, k) => (k === axis ? length : extent));
      const to = { offset: offsets[i], strides: denseStrides(part) };
      copyView(data, { offset: start * strides[axis], strides }, y.data, to, part);
      start += length;
    }
  },
  cases: () => [
    splitCase('parts of two, the last one shorter', { shape: [2, 5, 3] }, [2], { axis: 1 }),
    splitCase('without the axis', { shape: [2, 3, 4] }, [1], { axis: -2, keepsAxis: false }),
    splitCase('parts of several lengths', { shape: [2, 7] }, [3, 0, 4], { axis: -1 }),
    splitCase('several lengths keep the axis', { shape: [3, 2] }, [1, 2], { keepsAxis: false }),
    splitCase('whole numbers', { shape: [4], dtype: 'int32' }, [2], {}),
    splitCase('nothing', { shape: [0, 4] }, [2], {}),
    splitCase(
      'rows of an image',
      { shape: [1, 3, 2, 2], layout: 'NHWC' },
      [1],
      { axis: 1 },
      [undefined],
      true,
    ),
  ],
};

function splitCase(
  title: string,
  tensor: { shape: number[]; dtype?: TensorDesc['dtype']; layout?: TensorDesc['layout'] },
  lengths: readonly number[],
  { axis = 0, keepsAxis = true }: Partial<TensorArraySplitAttributes>,
  elements: TensorList['elements'] = [undefined],
  uniform = false,
) {
  return {
    title,
    attributes: { axis, keepsAxis },
    inputs: [
      undefined,
      tensor,
      { shape: [lengths.length], dtype: 'int32' as const, data: lengths },
      listCase(elements, { uniform }, { layout: tensor.layout ?? 'NCHW' }),
    ],
  };
}

/** The parts' lengths along the axis. */
function partLengths(
  given: readonly number[],
  shape: readonly number[],
  axis: number,
  where: string,
): readonly number[] {
  const extent = shape[axis];
  if (given.length !== 1) {
    const sum = given.reduce((total, length) => total + length, 0);
    if (given.some((length) => length < 0) || sum !== extent)
      throw new GraphError(`${where}: expected lengths that make ${extent} in all, got ${given}`);
    return given;
  }
  const [length] = given;
  if (!(length >= 1)) throw new GraphError(`${where}: expected parts of at least 1, got ${length}`);
  const count = Math.ceil(extent / length);
  return Array.from({ length: count }, (_, i) => Math.min(length, extent - i * length));
}

function partShape(
  shape: readonly number[],
  axis: number,
  length: number,
  keepsAxis: boolean,
  given: readonly number[],
  where: string,
): readonly number[] {
  if (keepsAxis || given.length !== 1) return shape.map((extent, i) => (i === axis ? length : extent));
  if (given[0] !== 1)
    throw new GraphError(`${where}: expected parts of length 1, whose axis can go, got ${given[0]}`);
  return shape.filter((_, i) => i !== axis);
}
