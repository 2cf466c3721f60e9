import { OpType } from '@mnnquant/mnn-format';
import { GraphError, type OpDefinition } from '../op.ts';
import type { DType, HostTensor, TensorData } from '../tensor.ts';
import { broadcastShape, broadcastStrides, forEachPair } from './support/broadcast.ts';
import { required } from './support/inputs.ts';

/**
 * condition (int32), a, b → a where the condition is not 0, else b; NumPy's broadcasting. Bits are copied: of a float and
 * a whole number, as MNN's converter writes for Trilu, the second is taken for one of the first's type
 * (CPUSelect.cpp, MNN 3.6.1).
 */
export const select: OpDefinition<undefined> = {
  name: 'Select',
  opTypes: [OpType.Select],
  parse: () => undefined,
  shape(_, inputs, where) {
    const condition = required(inputs, 0, where);
    const a = required(inputs, 1, where);
    const b = required(inputs, 2, where);
    if (ELEMENT_BITS[a.dtype] !== ELEMENT_BITS[b.dtype])
      throw new GraphError(`${where}: expected two inputs of one size, got ${a.dtype} and ${b.dtype}`);
    const shape = broadcastShape(broadcastShape(condition.shape, a.shape, where), b.shape, where);
    return [{ shape, dtype: a.dtype, layout: a.layout }];
  },
  reference(_, inputs, [y]) {
    const [condition, a, b] = [0, 1, 2].map((i) => required(inputs, i, 'Select'));
    const fill = (from: typeof a, wanted: boolean): void => {
      const values = bitsAs(y.dtype, from);
      forEachPair(
        y.shape,
        broadcastStrides(condition.shape, y.shape),
        broadcastStrides(from.shape, y.shape),
        (at, c, i) => {
          if ((condition.data[c] !== 0) === wanted) y.data[at] = values[i];
        },
      );
    };
    fill(a, true);
    fill(b, false);
  },
  cases: () => [
    {
      title: 'a whole number among floats',
      attributes: undefined,
      inputs: [
        { shape: [2, 3], dtype: 'int32', data: [1, 0, 0, 2, 0, -1] },
        { shape: [2, 3] },
        { shape: [], dtype: 'int32', data: [0] },
      ],
    },
    {
      title: 'the first repeated',
      attributes: undefined,
      inputs: [{ shape: [2, 1], dtype: 'int32', data: [1, 0] }, { shape: [3] }, { shape: [2, 3] }],
    },
    {
      title: 'both repeated',
      attributes: undefined,
      inputs: [{ shape: [2, 1], dtype: 'int32', data: [0, 3] }, { shape: [1, 3] }, { shape: [4, 2, 1] }],
    },
    {
      title: 'same shape',
      attributes: undefined,
      inputs: [
        { shape: [2, 3], dtype: 'int32', data: [1, 0, 0, 2, 0, -1] },
        { shape: [2, 3] },
        { shape: [2, 3] },
      ],
    },
    {
      title: 'broadcast',
      attributes: undefined,
      inputs: [{ shape: [3], dtype: 'int32', data: [1, 0, 1] }, { shape: [2, 3] }, { shape: [] }],
    },
  ],
};

const ELEMENT_BITS: Readonly<Record<DType, number>> = { float32: 32, int32: 32, int8: 8, uint8: 8 };

function bitsAs(dtype: DType, { dtype: own, data }: HostTensor): TensorData {
  if (own === dtype) return data;
  const { buffer } = own === 'float32' ? Float32Array.from(data) : Int32Array.from(data);
  return dtype === 'float32' ? new Float32Array(buffer) : new Int32Array(buffer);
}
