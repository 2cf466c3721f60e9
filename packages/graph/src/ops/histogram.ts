import { OpType } from '@mnnquant/mnn-format';
import { GraphError, type OpDefinition } from '../op.ts';
import { required } from './support/inputs.ts';
import { parameter } from './support/parameter.ts';

export interface HistogramAttributes {
  readonly bins: number;
  readonly min: number;
  readonly max: number;
  /** Of the last dimension; `undefined`: everything. */
  readonly channel: number | undefined;
}

/**
 * How many numbers fall into each of `bins` equal parts of [min, max]: x → float32 [bins]. Those outside and NaN
 * do not count. MNN keeps the attributes in the table of ArgMax (CPUHistogram.cpp, 3.6.1). There a bin of
 * bytes has the count of its last value only, and of everything only the first channel counts from the second run on.
 */
export const histogram: OpDefinition<HistogramAttributes> = {
  name: 'Histogram',
  opTypes: [OpType.Histogram],
  parse(op, context) {
    const table = parameter(op, 'ArgMax', context);
    const { outMaxVal: bins, softmaxThreshold: min, topK: max, axis } = table;
    if (bins < 1) throw new GraphError(`${context.where}: expected at least 1 bin, got ${bins}`);
    if (max <= min)
      throw new GraphError(`${context.where}: expected a maximum above the minimum ${min}, got ${max}`);
    return { bins, min, max, channel: axis < 0 ? undefined : axis };
  },
  shape({ bins, channel }, inputs, where) {
    const { shape, dtype, layout } = required(inputs, 0, where);
    if (dtype === 'int8')
      throw new GraphError(
        `${where}: expected floats, whole numbers or uint8, got ${dtype}; cast them before`,
      );
    const channels = shape.at(-1) ?? 0;
    if (channel !== undefined && channel >= channels)
      throw new GraphError(`${where}: expected one of ${channels} channels, got number ${channel}`);
    return [{ shape: [bins], dtype: 'float32', layout }];
  },
  reference({ bins, min, max, channel }, inputs, [y]) {
    const { shape, data } = required(inputs, 0, 'Histogram');
    const step = channel === undefined ? 1 : (shape.at(-1) as number);
    // Single precision, as in MNN: it decides on which side of a bin's edge a number lies.
    const perUnit = Math.fround(bins / (max - min));
    const start = Math.fround(perUnit * min);
    y.data.fill(0);
    for (let i = channel ?? 0; i < data.length; i += step) {
      const value = Math.fround(data[i]);
      if (!(value >= min && value <= max)) continue;
      const bin = Math.trunc(Math.fround(Math.fround(value * perUnit) - start));
      y.data[Math.min(bin, bins - 1)]++;
    }
  },
  cases: () => [
    {
      title: 'floats, everything',
      attributes: { bins: 4, min: -1, max: 1, channel: undefined },
      inputs: [{ shape: [2, 4], data: [-1, 1, 0.2, -0.5, 1.01, -0.01, Number.NaN, 0.75] }],
    },
    {
      title: 'whole numbers, one channel',
      attributes: { bins: 3, min: 0, max: 7, channel: 1 },
      inputs: [{ shape: [2, 2, 3], dtype: 'int32', data: [9, 0, 9, 9, 7, 9, 9, 3, 9, 9, 8, 9] }],
    },
    {
      title: 'bytes',
      attributes: { bins: 2, min: 0, max: 255, channel: undefined },
      inputs: [{ shape: [5], dtype: 'uint8', data: [0, 255, 127, 128, 3] }],
    },
    {
      title: 'nothing',
      attributes: { bins: 2, min: 0, max: 1, channel: undefined },
      inputs: [{ shape: [0, 3] }],
    },
  ],
};
