import { OpType, ReductionType } from '@mnnquant/mnn-format';
import { GraphError, type OpDefinition } from '../op.ts';
import { knownIntegers, required } from './support/inputs.ts';
import { optionalParameter } from './support/parameter.ts';

/**
 * Means of rows that belong together: x [rows,...], the segment of each row (ascending from 0) → [segments,...].
 * A segment without a row is 0, as in TensorFlow; MNN runs on into the next one there (CPUSegmentMean.cpp, 3.6.1).
 */
export const segment: OpDefinition<Record<never, never>> = {
  name: 'Segment',
  opTypes: [OpType.Segment],
  parse(op, { where }) {
    const operation = optionalParameter(op, 'ReductionParam')?.operation ?? ReductionType.MEAN;
    if (operation !== ReductionType.MEAN)
      throw new GraphError(
        `${where}: expected means (operation ${ReductionType.MEAN}), got operation ${operation}, for which MNN takes means all the same; cut the model off before it`,
      );
    return {};
  },
  shape(_, inputs, where) {
    const { shape, dtype, layout } = required(inputs, 0, where);
    if (dtype !== 'float32')
      throw new GraphError(`${where}: expected floats, got ${dtype}; cast them before`);
    if (shape.length === 0) throw new GraphError(`${where}: expected rows, got a single number`);
    const ids = knownIntegers(inputs, 1, where);
    if (ids.length !== shape[0])
      throw new GraphError(`${where}: expected the segments of ${shape[0]} rows, got ${ids.length}`);
    const wrong = ids.find((id, i) => id < (ids[i - 1] ?? 0));
    if (wrong !== undefined)
      throw new GraphError(`${where}: expected segments from 0 in ascending order, got ${ids.slice(0, 16)}`);
    return [{ shape: [(ids.at(-1) ?? -1) + 1, ...shape.slice(1)], dtype: 'float32', layout }];
  },
  reference(_, inputs, [y]) {
    const { shape, data } = required(inputs, 0, 'Segment');
    const ids = required(inputs, 1, 'Segment').data;
    const size = shape.slice(1).reduce((product, extent) => product * extent, 1);
    const counts = new Float64Array(y.shape[0]);
    const sums = new Float64Array(y.data.length);
    for (const [row, id] of ids.entries()) {
      counts[id]++;
      for (let i = 0; i < size; i++) sums[id * size + i] += data[row * size + i];
    }
    y.data.fill(0);
    for (const [id, count] of counts.entries())
      for (let i = id * size; count > 0 && i < (id + 1) * size; i++) y.data[i] = sums[i] / count;
  },
  cases: () =>
    [
      [
        [5, 2, 3],
        [0, 0, 1, 2, 2],
      ],
      [[3], [0, 1, 1]],
      [
        [4, 2],
        [1, 1, 1, 3],
      ],
      [[0, 2], []],
    ].map(([shape, ids]) => ({
      title: `${shape[0]} rows, ${shape.length}-D, segments ${ids.join(' ')}`,
      attributes: {},
      inputs: [{ shape }, { shape: [ids.length], dtype: 'int32' as const, data: ids }],
    })),
};
