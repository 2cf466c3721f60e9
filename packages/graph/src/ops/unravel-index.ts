import { OpType } from '@mnnquant/mnn-format';
import { GraphError, type OpDefinition } from '../op.ts';
import { elementCount } from '../tensor.ts';
import { required } from './support/inputs.ts';
import { denseStrides } from './support/strides.ts';

/**
 * Coordinates of positions counted through a tensor: positions, the tensor's shape [r] → int32 [r,positions], or
 * [r] of a single one. A position outside gets a first coordinate outside, a negative one negative coordinates, as
 * division in C has it (CPUUnravelIndex.cpp, MNN 3.6.1). Before an extent of 0 there is nothing to count: 0, where
 * MNN divides by zero.
 */
export const unravelIndex: OpDefinition<Record<never, never>> = {
  name: 'UnravelIndex',
  opTypes: [OpType.UnravelIndex],
  parse: () => ({}),
  shape(_, inputs, where) {
    const [positions, dims] = [0, 1].map((i) => required(inputs, i, where));
    if (dims.shape.length !== 1)
      throw new GraphError(`${where}: expected a list of extents, got a tensor of shape [${dims.shape}]`);
    if (positions.dtype !== 'int32' || dims.dtype !== 'int32')
      throw new GraphError(
        `${where}: expected whole numbers (int32), got ${positions.dtype} and ${dims.dtype}; cast them before`,
      );
    const shape = [dims.shape[0], ...(positions.shape.length > 0 ? [elementCount(positions.shape)] : [])];
    return [{ shape, dtype: 'int32', layout: 'NCHW' }];
  },
  reference(_, inputs, [y]) {
    const positions = required(inputs, 0, 'UnravelIndex').data;
    const strides = denseStrides(Array.from(required(inputs, 1, 'UnravelIndex').data, Number));
    for (const [i, position] of positions.entries())
      for (let axis = 0, rest = position; axis < strides.length; axis++) {
        const stride = strides[axis];
        y.data[axis * positions.length + i] = stride === 0 ? 0 : Math.trunc(rest / stride);
        rest = stride === 0 ? 0 : rest % stride;
      }
  },
  cases: () =>
    [
      [[], [13], [3, 5]],
      [[4], [0, 59, 7, 33], [3, 4, 5]],
      [[2, 2], [5, 3, 1, 0], [6]],
      [[3], [-4, 60, 61], [3, 4, 5]],
      [[0], [], [2, 3]],
      [[1], [4], [0, 3]],
    ].map(([shape, data, dims]) => ({
      title: `positions ${data.join(' ')} of ${dims.join('x')}`,
      attributes: {},
      inputs: [
        { shape, dtype: 'int32' as const, data },
        { shape: [dims.length], dtype: 'int32' as const, data: dims },
      ],
    })),
};
