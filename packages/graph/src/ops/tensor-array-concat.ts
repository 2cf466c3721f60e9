import { OpType } from '@mnnquant/mnn-format';
import { GraphError, type OpDefinition } from '../op.ts';
import type { TensorList } from '../tensor.ts';
import { normalizeAxis } from './support/inputs.ts';
import { listCase } from './support/list-cases.ts';
import { parameter } from './support/parameter.ts';
import { copyView, denseStrides } from './support/strides.ts';
import { offsetsOf, requiredList, shapeOf } from './support/tensor-list.ts';

export interface TensorArrayConcatAttributes {
  readonly axis: number;
  /** Whether the elements are stacked along an axis of their own. */
  readonly newAxis: boolean;
}

/**
 * All elements of a list in one tensor, joined along an axis or stacked along a new one: handle, list → tensor
 * (ShapeTensorArray.cpp, MNN 3.6.1, which wants a list that is not empty and an axis counted from the front).
 */
export const tensorArrayConcat: OpDefinition<TensorArrayConcatAttributes> = {
  name: 'TensorArrayConcat',
  opTypes: [OpType.TensorArrayConcat],
  parse(op, context) {
    const { axis, new_axis } = parameter(op, 'TensorArray', context);
    if (context.outputCount > 1)
      throw new GraphError(
        `${context.where}: expected one output, got ${context.outputCount}; MNN gives no lengths of the elements`,
      );
    return { axis, newAxis: new_axis };
  },
  shape(attributes, inputs, where) {
    const { list, dtype, layout } = requiredList(inputs, 1, where);
    const shapes = list.elements.map((_, i) => shapeOf(list, i, where));
    if (shapes.length === 0)
      throw new GraphError(`${where}: the list is empty, and nothing tells the shape of the result`);
    return [{ shape: joinedShape(shapes, attributes, where), dtype, layout }];
  },
  reference(attributes, inputs, [y]) {
    const { list, data } = requiredList(inputs, 1, 'TensorArrayConcat');
    const axis = normalizeAxis(attributes.axis, y.shape.length, 'TensorArrayConcat');
    const strides = denseStrides(y.shape);
    const offsets = offsetsOf(list);
    let start = 0;
    for (const [i, shape] of list.elements.entries()) {
      const part = attributes.newAxis ? withAxis(shape!, axis, 1) : shape!;
      const from = { offset: offsets[i], strides: denseStrides(part) };
      copyView(data, from, y.data, { offset: start * strides[axis], strides }, part);
      start += part[axis];
    }
  },
  cases: () => [
    concatCase(
      'joined',
      [
        [2, 1, 3],
        [2, 4, 3],
        [2, 2, 3],
      ],
      { axis: 1 },
    ),
    concatCase(
      'joined along the last axis',
      [
        [2, 3],
        [2, 1],
      ],
      { axis: -1 },
    ),
    concatCase(
      'one without numbers',
      [
        [0, 3],
        [2, 3],
      ],
      {},
    ),
    concatCase(
      'stacked',
      [
        [2, 3],
        [2, 3],
        [2, 3],
      ],
      { axis: 1, newAxis: true },
    ),
    concatCase(
      'stacked behind',
      [
        [2, 3],
        [2, 3],
      ],
      { axis: -1, newAxis: true },
    ),
    concatCase('single numbers, stacked', [[], []], { newAxis: true }),
    concatCase('equal ones', Array(3).fill([2, 2]), {}, true),
  ],
};

function concatCase(
  title: string,
  elements: TensorList['elements'],
  { axis = 0, newAxis = false }: Partial<TensorArrayConcatAttributes>,
  uniform = false,
) {
  return { title, attributes: { axis, newAxis }, inputs: [undefined, listCase(elements, { uniform })] };
}

function joinedShape(
  shapes: readonly (readonly number[])[],
  { axis: given, newAxis }: TensorArrayConcatAttributes,
  where: string,
): readonly number[] {
  const [first] = shapes;
  if (first.length === 0 && !newAxis)
    throw new GraphError(`${where}: expected elements with dimensions to join, got single numbers`);
  const axis = normalizeAxis(given, first.length + (newAxis ? 1 : 0), where);
  const odd = shapes.find(
    (shape) =>
      shape.length !== first.length ||
      shape.some((extent, i) => extent !== first[i] && (newAxis || i !== axis)),
  );
  if (odd)
    throw new GraphError(
      `${where}: expected elements like [${first}]${newAxis ? '' : ` but for axis ${axis}`}, got [${odd}]`,
    );
  if (newAxis) return withAxis(first, axis, shapes.length);
  const extent = shapes.reduce((sum, shape) => sum + shape[axis], 0);
  return first.map((own, i) => (i === axis ? extent : own));
}

function withAxis(shape: readonly number[], axis: number, extent: number): readonly number[] {
  return [...shape.slice(0, axis), extent, ...shape.slice(axis)];
}
