import { OpType } from '@mnnquant/mnn-format';
import { GraphError, type OpDefinition } from '../op.ts';
import { elementCount } from '../tensor.ts';
import { knownIntegers, normalizeAxis, required } from './support/inputs.ts';
import { parameter } from './support/parameter.ts';

export interface OneHotAttributes {
  readonly axis: number;
}

/**
 * `on` where the new dimension's position is the index, else `off`: indices [a…, b…], depth, on, off
 * → y [a…, depth, b…]. An index outside of 0..depth-1 is nowhere `on` (CPUOneHot.cpp, MNN 3.6.1).
 */
export const oneHot: OpDefinition<OneHotAttributes> = {
  name: 'OneHot',
  opTypes: [OpType.OneHot],
  parse: (op, context) => ({ axis: parameter(op, 'OneHotParam', context).axis }),
  shape({ axis }, inputs, where) {
    const { shape, layout, dtype } = required(inputs, 0, where);
    const [depth] = knownIntegers(inputs, 1, where);
    if (dtype !== 'int32' || !(depth >= 0))
      throw new GraphError(`${where}: expected int32 indices and a depth, got ${dtype} and ${depth}`);
    const at = normalizeAxis(axis, shape.length + 1, where);
    const value = required(inputs, 2, where);
    return [{ shape: shape.toSpliced(at, 0, depth), dtype: value.dtype, layout }];
  },
  reference({ axis }, inputs, [y]) {
    const indices = required(inputs, 0, 'OneHot');
    const [on, off] = [2, 3].map((position) => required(inputs, position, 'OneHot').data[0]);
    const at = normalizeAxis(axis, y.shape.length, 'OneHot');
    const inner = elementCount(indices.shape.slice(at));
    const depth = y.shape[at];
    y.data.fill(off);
    for (const [i, index] of indices.data.entries()) {
      if (index < 0 || index >= depth) continue;
      const outer = Math.floor(i / inner);
      y.data[(outer * depth + index) * inner + (i % inner)] = on;
    }
  },
  cases: () => [
    {
      title: 'behind the last dimension',
      attributes: { axis: -1 },
      inputs: [
        { shape: [2, 3], dtype: 'int32', data: [0, 3, 1, -1, 2, 4] },
        { shape: [1], dtype: 'int32', data: [4] },
        { shape: [1], data: [2.5] },
        { shape: [1], data: [-1] },
      ],
    },
    {
      title: 'in front, whole numbers',
      attributes: { axis: 0 },
      inputs: [
        { shape: [3], dtype: 'int32', data: [1, 0, 1] },
        { shape: [], dtype: 'int32', data: [2] },
        { shape: [], dtype: 'int32', data: [1] },
        { shape: [], dtype: 'int32', data: [0] },
      ],
    },
  ],
};
