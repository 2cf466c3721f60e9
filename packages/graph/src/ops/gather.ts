import { OpType } from '@mnnquant/mnn-format';
import { GraphError, type OpDefinition } from '../op.ts';
import { elementCount } from '../tensor.ts';
import { knownIntegers, normalizeAxis, required } from './support/inputs.ts';
import { optionalParameter } from './support/parameter.ts';

export interface GatherAttributes {
  /** `undefined`: the third input says it, else 0. */
  readonly axis: number | undefined;
}

/**
 * Picks slices along an axis: x [a, n, b], indices [i…] → y [a, i…, b]. An index outside of 0..n-1, also
 * a negative one, gives zeros, as in MNN (3.6.1 GeometryGather.cpp); its converter makes indices positive. The
 * table of TensorFlow's Gather has an axis that nobody reads (its converter writes 1 where it means 0).
 */
export const gather: OpDefinition<GatherAttributes> = {
  name: 'GatherV2',
  opTypes: [OpType.GatherV2, OpType.Gather],
  parse(op) {
    return { axis: optionalParameter(op, 'Axis')?.axis };
  },
  shape({ axis }, inputs, where) {
    const x = required(inputs, 0, where);
    const indices = required(inputs, 1, where);
    if (indices.dtype !== 'int32')
      throw new GraphError(`${where}: expected int32 indices, got ${indices.dtype}`);
    const given = axis ?? (inputs[2] ? knownIntegers(inputs, 2, where)[0] : 0);
    const at = normalizeAxis(given, x.shape.length, where);
    return [
      {
        shape: [...x.shape.slice(0, at), ...indices.shape, ...x.shape.slice(at + 1)],
        dtype: x.dtype,
        layout: x.layout,
      },
    ];
  },
  reference({ axis }, inputs, [y]) {
    const x = required(inputs, 0, 'GatherV2');
    const indices = required(inputs, 1, 'GatherV2');
    const at = normalizeAxis(axis ?? Number(inputs[2]?.data[0] ?? 0), x.shape.length, 'GatherV2');
    const inner = elementCount(x.shape.slice(at + 1));
    const outer = elementCount(x.shape.slice(0, at));
    const count = indices.data.length;
    for (let o = 0; o < outer; o++) {
      for (let i = 0; i < count; i++) {
        const index = indices.data[i];
        if (index < 0 || index >= x.shape[at]) {
          y.data.fill(0, (o * count + i) * inner, (o * count + i + 1) * inner);
          continue;
        }
        const from = (o * x.shape[at] + index) * inner;
        y.data.set(x.data.subarray(from, from + inner), (o * count + i) * inner);
      }
    }
  },
  cases: () => [
    {
      title: 'first axis',
      attributes: { axis: undefined },
      inputs: [{ shape: [5, 3] }, { shape: [2, 2], dtype: 'int32', data: [4, 0, -1, 2] }],
    },
    {
      title: 'axis attribute',
      attributes: { axis: 1 },
      inputs: [{ shape: [2, 5, 3] }, { shape: [2], dtype: 'int32', data: [3, 1] }],
    },
    {
      title: 'axis input, scalar index',
      attributes: { axis: undefined },
      inputs: [
        { shape: [2, 5] },
        { shape: [], dtype: 'int32', data: [2] },
        { shape: [1], dtype: 'int32', data: [-1] },
      ],
    },
  ],
};
