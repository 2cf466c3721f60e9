import { OpType } from '@mnnquant/mnn-format';
import { GraphError, type OpCase, type OpDefinition } from '../op.ts';
import { required } from './support/inputs.ts';
import { parameter } from './support/parameter.ts';

export interface NormalizeAttributes {
  /** One length for all pixels of a sample, not one per pixel. */
  readonly acrossSpatial: boolean;
  readonly epsilon: number;
  /** One factor per channel, or one for all. */
  readonly scale: Float32Array;
}

/** Vectors of channels to length 1, then scaled: x [N,C,H,W] (SSD's Normalize; MNN 3.6.1 GeometryLRN.cpp). */
export const normalize: OpDefinition<NormalizeAttributes> = {
  name: 'Normalize',
  opTypes: [OpType.Normalize],
  parse(op, context) {
    const { acrossSpatial, eps, scale } = parameter(op, 'Normalize', context);
    return { acrossSpatial: acrossSpatial !== 0, epsilon: eps, scale: scale ?? new Float32Array() };
  },
  shape({ scale }, inputs, where) {
    const { shape, dtype, layout } = required(inputs, 0, where);
    if (layout === 'NHWC') throw new GraphError(`${where}: expected an NCHW input, got NHWC`);
    if (shape.length !== 4) throw new GraphError(`${where}: expected a 4-D input, got [${shape}]`);
    if (scale.length !== 1 && scale.length !== shape[1])
      throw new GraphError(`${where}: expected 1 or ${shape[1]} scales, got ${scale.length}`);
    return [{ shape, dtype, layout }];
  },
  reference({ acrossSpatial, epsilon, scale }, inputs, [y]) {
    const x = required(inputs, 0, 'Normalize');
    const [batch, channels, height, width] = x.shape;
    const pixels = height * width;
    const sums = new Float64Array(batch * (acrossSpatial ? 1 : pixels));
    const lengthAt = (i: number): number => {
      const sample = Math.floor(i / (channels * pixels));
      return acrossSpatial ? sample : sample * pixels + (i % pixels);
    };
    for (let i = 0; i < x.data.length; i++) sums[lengthAt(i)] += x.data[i] ** 2;
    for (let i = 0; i < x.data.length; i++) {
      const factor = scale.length === 1 ? scale[0] : scale[Math.floor(i / pixels) % channels];
      y.data[i] = (x.data[i] / Math.sqrt(sums[lengthAt(i)] + epsilon)) * factor;
    }
  },
  cases: normalizeCases,
};

function normalizeCases(): OpCase<NormalizeAttributes>[] {
  const scale = Float32Array.of(20, 10, 5);
  const inputs = [{ shape: [2, 3, 4, 2] }];
  return [
    { title: 'per pixel', attributes: { acrossSpatial: false, epsilon: 1e-10, scale }, inputs },
    { title: 'per sample', attributes: { acrossSpatial: true, epsilon: 1e-10, scale }, inputs },
    {
      title: 'zeros, one scale',
      attributes: { acrossSpatial: false, epsilon: 1e-5, scale: Float32Array.of(3) },
      inputs: [{ shape: [1, 2, 1, 2], data: [0, 1, 0, -1] }],
    },
  ];
}
