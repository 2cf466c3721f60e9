import { OpType } from '@mnnquant/mnn-format';
import type { OpDefinition } from '../op.ts';
import { elementCount } from '../tensor.ts';
import { normalizeAxis, required } from './support/inputs.ts';
import { parameter } from './support/parameter.ts';

export interface FlattenAttributes {
  readonly axis: number;
  /** 0: everything before and everything from `axis` on becomes one dimension each. */
  readonly endAxis: number;
}

/** Joins dimensions `axis` to `endAxis`, or makes two dimensions (ONNX). */
export const flatten: OpDefinition<FlattenAttributes> = {
  name: 'Flatten',
  opTypes: [OpType.Flatten],
  parse(op, context) {
    const { axis, endAxis } = parameter(op, 'Flatten', context);
    return { axis, endAxis };
  },
  shape(attributes, inputs, where) {
    const { shape, dtype, layout } = required(inputs, 0, where);
    // An axis as large as the rank is allowed: everything goes before it.
    const axis =
      attributes.axis === shape.length ? shape.length : normalizeAxis(attributes.axis, shape.length, where);
    // Counted from the end it may be the first one, too (ShapeReshape.cpp, MNN 3.6.1).
    if (attributes.endAxis === 0 || attributes.endAxis + shape.length === 0) {
      return [
        { shape: [elementCount(shape.slice(0, axis)), elementCount(shape.slice(axis))], dtype, layout },
      ];
    }
    const end = normalizeAxis(attributes.endAxis, shape.length, where);
    const joined = elementCount(shape.slice(axis, end + 1));
    return [{ shape: [...shape.slice(0, axis), joined, ...shape.slice(end + 1)], dtype, layout }];
  },
  reference(_, inputs, [y]) {
    y.data.set(required(inputs, 0, 'Flatten').data);
  },
  cases: () => [
    { title: 'to two dimensions', attributes: { axis: 1, endAxis: 0 }, inputs: [{ shape: [2, 3, 4, 5] }] },
    { title: 'a range', attributes: { axis: 1, endAxis: 2 }, inputs: [{ shape: [2, 3, 4, 5] }] },
    { title: 'the only dimension', attributes: { axis: 0, endAxis: -1 }, inputs: [{ shape: [5] }] },
    { title: 'negative axis', attributes: { axis: -2, endAxis: 0 }, inputs: [{ shape: [2, 3, 4, 5] }] },
  ],
};
