import { OpType } from '@mnnquant/mnn-format';
import { GraphError, type OpDefinition } from '../op.ts';
import { elementCount } from '../tensor.ts';
import { flatPositions } from './support/flat-index.ts';
import { required } from './support/inputs.ts';
import { optionalParameter } from './support/parameter.ts';

export interface GatherNdAttributes {
  /** Leading dimensions of x that no coordinate counts in. */
  readonly batchDimensions: number;
}

/**
 * Slices picked by coordinates: x [b…, r…, s…], indices [b…, n…, d] with d numbers in r → y [b…, n…, s…]. Positions
 * count from the start of x, not of the batch: the converter has put the batch into the coordinates. What lies outside
 * of x gives 0 (GeometryGather.cpp, MNN 3.6.1).
 */
export const gatherNd: OpDefinition<GatherNdAttributes> = {
  name: 'GatherND',
  opTypes: [OpType.GatherND],
  parse: (op) => ({ batchDimensions: optionalParameter(op, 'Axis')?.axis ?? 0 }),
  shape({ batchDimensions: batch }, inputs, where) {
    const { shape, dtype, layout } = required(inputs, 0, where);
    const indices = required(inputs, 1, where);
    const width = indices.shape.at(-1);
    if (indices.dtype !== 'int32' || width === undefined || width + batch > shape.length)
      throw new GraphError(
        `${where}: expected int32 indices with rows of at most ${shape.length - batch} numbers, got ${indices.dtype} [${indices.shape}]`,
      );
    const common = indices.shape.slice(0, batch);
    if (indices.shape.length <= batch || common.some((extent, i) => extent !== shape[i]))
      throw new GraphError(
        `${where}: expected [${shape.slice(0, batch)}] as the first dimensions of the indices, got [${indices.shape}]`,
      );
    return [{ shape: [...indices.shape.slice(0, -1), ...shape.slice(width + batch)], dtype, layout }];
  },
  reference({ batchDimensions: batch }, inputs, [y]) {
    const x = required(inputs, 0, 'GatherND');
    const indices = required(inputs, 1, 'GatherND');
    const width = indices.shape.at(-1)!;
    const positions = flatPositions(indices.data, width, x.shape.slice(batch));
    const size = elementCount(x.shape.slice(width + batch));
    for (const [row, position] of positions.entries())
      for (let k = 0; k < size; k++) y.data[row * size + k] = x.data[position + k] ?? 0;
  },
  cases: () => [
    {
      title: 'rows',
      attributes: { batchDimensions: 0 },
      inputs: [{ shape: [4, 3] }, { shape: [2, 2, 1], dtype: 'int32', data: [3, 0, 1, 1] }],
    },
    {
      title: 'numbers by two coordinates',
      attributes: { batchDimensions: 0 },
      inputs: [{ shape: [2, 3] }, { shape: [3, 2], dtype: 'int32', data: [1, 2, 0, 0, 1, 1] }],
    },
    {
      title: 'in batches',
      attributes: { batchDimensions: 1 },
      inputs: [{ shape: [2, 3, 2] }, { shape: [2, 2, 1], dtype: 'int32', data: [2, 0, 4, 5] }],
    },
  ],
};
