import { OpType } from '@mnnquant/mnn-format';
import { GraphError, type OpDefinition } from '../op.ts';
import { knownIntegers, required } from './support/inputs.ts';
import { copyView, denseStrides } from './support/strides.ts';

/** x[begin : begin + size] per dimension; a negative begin counts from the end, size -1 takes the rest. */
export const sliceTf: OpDefinition<undefined> = {
  name: 'SliceTf',
  opTypes: [OpType.SliceTf],
  parse: () => undefined,
  shape(_, inputs, where) {
    const { shape, dtype, layout } = required(inputs, 0, where);
    const begin = fromFront(knownIntegers(inputs, 1, where), shape);
    const size = knownIntegers(inputs, 2, where);
    if (begin.length !== shape.length || size.length !== shape.length) {
      throw new GraphError(
        `${where}: expected begin and size for ${shape.length} dimensions, got [${begin}] and [${size}]`,
      );
    }
    const result = size.map((extent, i) => (extent === -1 ? shape[i] - begin[i] : extent));
    for (const [i, extent] of result.entries()) {
      if (begin[i] < 0 || begin[i] + extent > shape[i]) {
        throw new GraphError(`${where}: begin ${begin[i]} and size ${extent} leave axis ${i} of [${shape}]`);
      }
    }
    return [{ shape: result, dtype, layout }];
  },
  reference(_, inputs, [y]) {
    const x = required(inputs, 0, 'SliceTf');
    const strides = denseStrides(x.shape);
    const begin = fromFront(Array.from(required(inputs, 1, 'SliceTf').data, Number), x.shape);
    const offset = strides.reduce((sum, stride, axis) => sum + stride * begin[axis], 0);
    copyView(x.data, { offset, strides }, y.data, { offset: 0, strides: denseStrides(y.shape) }, y.shape);
  },
  cases: [
    {
      title: 'with a rest',
      attributes: undefined,
      inputs: [
        { shape: [4, 5, 6] },
        { shape: [3], dtype: 'int32', data: [1, 0, 2] },
        { shape: [3], dtype: 'int32', data: [2, -1, 3] },
      ],
    },
  ],
};

function fromFront(begin: readonly number[], shape: readonly number[]): number[] {
  return begin.map((value, axis) => (value < 0 ? value + shape[axis] : value));
}
