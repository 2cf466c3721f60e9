import { OpType } from '@mnnquant/mnn-format';
import { GraphError, type OpDefinition } from '../op.ts';
import { normalizeAxis, required } from './support/inputs.ts';
import { parameter } from './support/parameter.ts';
import { denseStrides } from './support/strides.ts';

export interface ReverseSequenceAttributes {
  readonly batchAxis: number;
  readonly timeAxis: number;
}

/**
 * The first n of each batch's steps in the opposite order, the others as they are: x, n [batch] → y
 * (GeometryReverseSequence.cpp, MNN 3.6.1).
 */
export const reverseSequence: OpDefinition<ReverseSequenceAttributes> = {
  name: 'ReverseSequence',
  opTypes: [OpType.ReverseSequence],
  parse(op, context) {
    const { batchDim, seqDim } = parameter(op, 'ReverseSequenceParam', context);
    return { batchAxis: batchDim, timeAxis: seqDim };
  },
  shape({ batchAxis, timeAxis }, inputs, where) {
    const { shape, dtype, layout } = required(inputs, 0, where);
    const lengths = required(inputs, 1, where);
    const batch = normalizeAxis(batchAxis, shape.length, where);
    if (batch === normalizeAxis(timeAxis, shape.length, where))
      throw new GraphError(`${where}: expected two different axes, got ${batchAxis} and ${timeAxis}`);
    if (lengths.shape.length !== 1 || lengths.shape[0] !== shape[batch])
      throw new GraphError(`${where}: expected ${shape[batch]} lengths, got [${lengths.shape}]`);
    return [{ shape, dtype, layout }];
  },
  reference({ batchAxis, timeAxis }, inputs, [y]) {
    const { shape, data } = required(inputs, 0, 'ReverseSequence');
    const lengths = required(inputs, 1, 'ReverseSequence').data;
    const batch = normalizeAxis(batchAxis, shape.length, 'ReverseSequence');
    const time = normalizeAxis(timeAxis, shape.length, 'ReverseSequence');
    const strides = denseStrides(shape);
    for (let i = 0; i < data.length; i++) {
      const step = Math.floor(i / strides[time]) % shape[time];
      const length = lengths[Math.floor(i / strides[batch]) % shape[batch]];
      if (!(length >= 1 && length <= shape[time]))
        throw new GraphError(`expected lengths from 1 to ${shape[time]}, got ${length}`);
      y.data[i] = data[step < length ? i + (length - 1 - 2 * step) * strides[time] : i];
    }
  },
  cases: () => [
    {
      title: 'time before batch',
      attributes: { batchAxis: 1, timeAxis: 0 },
      inputs: [{ shape: [4, 3, 2] }, { shape: [3], dtype: 'int32', data: [4, 1, 3] }],
    },
    {
      title: 'batch before time, from the end',
      attributes: { batchAxis: 0, timeAxis: -1 },
      inputs: [{ shape: [2, 2, 5] }, { shape: [2], dtype: 'int32', data: [2, 5] }],
    },
  ],
};
