import { OpType } from '@mnnquant/mnn-format';
import { GraphError, type OpDefinition } from '../op.ts';
import { elementCount } from '../tensor.ts';
import { knownIntegers, required } from './support/inputs.ts';

/** Added to the product of the squared lengths, so that vectors of zeros are like nothing. */
const EPSILON = 1e-8;

/**
 * Cosine of the angle between vectors along a dimension: a [...,C,...], b alike, axis [1] → y [...,...]
 * (GeometryCosineSimilarity.cpp, MNN 3.6.1).
 */
export const cosineSimilarity: OpDefinition<undefined> = {
  name: 'CosineSimilarity',
  opTypes: [OpType.CosineSimilarity],
  parse: () => undefined,
  shape(_attributes, inputs, where) {
    const { shape, dtype } = required(inputs, 0, where);
    const other = required(inputs, 1, where);
    const [axis = -1] = knownIntegers(inputs, 2, where);
    if (dtype !== 'float32' || other.dtype !== 'float32' || String(shape) !== String(other.shape))
      throw new GraphError(
        `${where}: expected floats of one shape, got ${dtype} [${shape}] and ${other.dtype} [${other.shape}]`,
      );
    // MNN takes negative axes for none.
    if (!(axis >= 0 && axis < shape.length))
      throw new GraphError(
        `${where}: expected an axis in 0..${shape.length - 1}, got ${axis}; count it from the front`,
      );
    return [{ shape: shape.filter((_, i) => i !== axis), dtype, layout: 'NCHW' }];
  },
  reference(_attributes, inputs, [y]) {
    const a = required(inputs, 0, 'CosineSimilarity');
    const b = required(inputs, 1, 'CosineSimilarity');
    const axis = required(inputs, 2, 'CosineSimilarity').data[0];
    const [extent, inside] = [a.shape[axis], elementCount(a.shape.slice(axis + 1))];
    for (let i = 0; i < y.data.length; i++) {
      const start = Math.floor(i / inside) * extent * inside + (i % inside);
      let [aa, ab, bb] = [0, 0, 0];
      for (let k = 0; k < extent; k++) {
        const [p, q] = [a.data[start + k * inside], b.data[start + k * inside]];
        aa += p * p;
        ab += p * q;
        bb += q * q;
      }
      y.data[i] = ab / Math.sqrt(aa * bb + EPSILON);
    }
  },
  cases: () => [
    { title: 'channels', attributes: undefined, inputs: like([2, 5, 3, 4], 1) },
    { title: 'first dimension', attributes: undefined, inputs: like([3, 4], 0) },
    { title: 'last dimension', attributes: undefined, inputs: like([2, 3, 4], 2) },
    {
      title: 'zeros',
      attributes: undefined,
      inputs: [
        { shape: [1, 2, 2], data: [0, 3, 0, 4] },
        { shape: [1, 2, 2], data: [5, 6, 0, 8] },
        { shape: [1], dtype: 'int32', data: [1] },
      ],
    },
    { title: 'no sample', attributes: undefined, inputs: like([0, 5, 3], 1) },
  ],
};

function like(shape: readonly number[], axis: number) {
  return [{ shape }, { shape }, { shape: [1], dtype: 'int32' as const, data: [axis] }];
}
