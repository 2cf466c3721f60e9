import { OpType } from '@mnnquant/mnn-format';
import { GraphError, type OpDefinition } from '../op.ts';
import { elementCount, type TensorData } from '../tensor.ts';
import { knownIntegers, normalizeAxis, required } from './support/inputs.ts';
import { optionalParameter } from './support/parameter.ts';

export interface TopKAttributes {
  readonly largest: boolean;
}

/**
 * The k largest (or smallest) numbers along an axis, in order, and where they were: x, k, axis (the last)
 * → values, int32 indices. Of equal numbers the first comes first; MNN takes them in the order of C++'s
 * `partial_sort`, which none can foresee (CPUTopKV2.cpp, 3.6.1).
 */
export const topK: OpDefinition<TopKAttributes> = {
  name: 'TopKV2',
  opTypes: [OpType.TopKV2],
  parse: (op) => ({ largest: optionalParameter(op, 'TopKV2')?.largest ?? true }),
  shape(_, inputs, where) {
    const { shape, dtype, layout } = required(inputs, 0, where);
    const [k] = knownIntegers(inputs, 1, where);
    const axis = inputs[2] ? knownIntegers(inputs, 2, where)[0] : -1;
    const at = normalizeAxis(axis, shape.length, where);
    if (!(k >= 0 && k <= shape[at]))
      throw new GraphError(`${where}: expected k from 0 to ${shape[at]}, got ${k}`);
    const result = shape.with(at, k);
    return [
      { shape: result, dtype, layout },
      { shape: result, dtype: 'int32', layout: required(inputs, 1, where).layout },
    ];
  },
  reference({ largest }, inputs, [values, indices]) {
    const { shape, data } = required(inputs, 0, 'TopKV2');
    const axis = normalizeAxis(Number(inputs[2]?.data[0] ?? -1), shape.length, 'TopKV2');
    const inner = elementCount(shape.slice(axis + 1));
    const outer = elementCount(shape.slice(0, axis));
    const [count, k] = [shape[axis], values.shape[axis]];
    for (let o = 0; o < outer; o++)
      for (let i = 0; i < inner; i++) {
        const order = ranked(data, o * count * inner + i, inner, count, largest);
        for (let rank = 0; rank < k; rank++) {
          const to = (o * k + rank) * inner + i;
          values.data[to] = data[(o * count + order[rank]) * inner + i];
          indices.data[to] = order[rank];
        }
      }
  },
  cases: () => [
    {
      title: 'the largest, with equal ones',
      attributes: { largest: true },
      inputs: [
        { shape: [2, 5], data: [1, 5, 3, 5, 2, -1, -2, -3, -1, 0] },
        { shape: [1], dtype: 'int32', data: [3] },
      ],
    },
    {
      title: 'the smallest along the first axis',
      attributes: { largest: false },
      inputs: [
        { shape: [4, 3] },
        { shape: [], dtype: 'int32', data: [2] },
        { shape: [1], dtype: 'int32', data: [0] },
      ],
    },
    {
      title: 'whole numbers',
      attributes: { largest: true },
      inputs: [
        { shape: [5], dtype: 'int32', data: [3, 9, -1, 4, 8] },
        { shape: [1], dtype: 'int32', data: [1] },
      ],
    },
  ],
};

/** Positions along the axis, best first. */
function ranked(data: TensorData, start: number, step: number, count: number, largest: boolean): number[] {
  const order = Array.from({ length: count }, (_, i) => i);
  const sign = largest ? -1 : 1;
  return order.sort((a, b) => sign * (data[start + a * step] - data[start + b * step]));
}
