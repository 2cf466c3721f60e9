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
    const size = knownIntegers(inputs, 2, where);
    if (size.length !== shape.length)
      throw new GraphError(`${where}: expected a size for ${shape.length} dimensions, got [${size}]`);
    // Where every extent is given, the start may depend on the data (the turn of a loop).
    const late = inputs[1]?.value === undefined && !size.includes(-1);
    const begin = late ? undefined : fromFront(knownIntegers(inputs, 1, where), shape);
    const result = size.map((extent, i) => (extent === -1 && begin ? shape[i] - begin[i] : extent));
    checkWindow(shape, begin ?? shape.map(() => 0), result, where);
    return [{ shape: result, dtype, layout }];
  },
  reference(_, inputs, [y]) {
    const x = required(inputs, 0, 'SliceTf');
    const strides = denseStrides(x.shape);
    const begin = fromFront(Array.from(required(inputs, 1, 'SliceTf').data, Number), x.shape);
    checkWindow(x.shape, begin, y.shape, 'SliceTf');
    const offset = strides.reduce((sum, stride, axis) => sum + stride * begin[axis], 0);
    copyView(x.data, { offset, strides }, y.data, { offset: 0, strides: denseStrides(y.shape) }, y.shape);
  },
  cases: () => [
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

function checkWindow(
  shape: readonly number[],
  begin: readonly number[],
  size: readonly number[],
  where: string,
): void {
  if (begin.length !== shape.length)
    throw new GraphError(`${where}: expected a start for ${shape.length} dimensions, got [${begin}]`);
  for (const [i, extent] of size.entries()) {
    if (begin[i] < 0 || begin[i] + extent > shape[i])
      throw new GraphError(`${where}: begin ${begin[i]} and size ${extent} leave axis ${i} of [${shape}]`);
  }
}
