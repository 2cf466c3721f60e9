import { OpType } from '@mnnquant/mnn-format';
import { dtypeOf, layoutOf } from '../format.ts';
import { GraphError, type OpDefinition } from '../op.ts';
import type { DType, Layout } from '../tensor.ts';
import { knownIntegers } from './support/inputs.ts';
import { parameter } from './support/parameter.ts';
import { listDesc } from './support/tensor-list.ts';

export interface TensorArrayAttributes {
  readonly dtype: DType;
  readonly layout: Layout;
  readonly grows: boolean;
  readonly uniform: boolean;
  /** `undefined` until something is written. */
  readonly shape: readonly number[] | undefined;
}

/**
 * A list of tensors of the length that input 0 gives: → handle, list. Both outputs are the list as it begins;
 * the ops that write take one and make another (GeometryTensorArray.cpp, MNN 3.6.1). Elements of a declared shape
 * hold zeros; others have no numbers until they are written.
 *
 * In the file: `T`, `dynamic_size`, `identical_element_shapes`, `element_shape` (-1: not known), and as the layout
 * of all elements the data format of the op.
 */
export const tensorArray: OpDefinition<TensorArrayAttributes> = {
  name: 'TensorArray',
  opTypes: [OpType.TensorArray],
  parse(op, context) {
    const { T, dynamic_size, identical_element_shapes, element_shape } = parameter(
      op,
      'TensorArray',
      context,
    );
    const shape = Array.from(element_shape ?? []);
    const declared = shape.length > 0 && shape.every((extent) => extent >= 0);
    return {
      dtype: dtypeOf(T, context.where),
      layout: layoutOf(op.defaultDimentionFormat, context.where),
      grows: dynamic_size,
      uniform: identical_element_shapes,
      shape: declared ? shape : undefined,
    };
  },
  shape({ grows, uniform, shape, ...like }, inputs, where) {
    const [length] = knownIntegers(inputs, 0, where);
    if (!(length >= 0)) throw new GraphError(`${where}: expected a length of at least 0, got ${length}`);
    const desc = listDesc(like, { elements: Array(length).fill(shape), grows, uniform });
    return [desc, desc];
  },
  reference: (_attributes, _inputs, outputs) => {
    for (const { data } of outputs) data.fill(0);
  },
  cases: () => [
    {
      title: 'declared shapes hold zeros',
      attributes: { dtype: 'float32', layout: 'NHWC', grows: false, uniform: true, shape: [2, 3] },
      inputs: [{ shape: [], dtype: 'int32', data: [4] }],
    },
    {
      title: 'shapes that are not known yet',
      attributes: { dtype: 'int32', layout: 'NCHW', grows: true, uniform: false, shape: undefined },
      inputs: [{ shape: [1], dtype: 'int32', data: [2] }],
    },
  ],
};
