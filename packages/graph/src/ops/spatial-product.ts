import { OpType } from '@mnnquant/mnn-format';
import { GraphError, type OpDefinition } from '../op.ts';
import { required } from './support/inputs.ts';

/**
 * Weighs the pixels of all channels alike: x [N,C,H,W], w [N,1,H,W] → x·w (GeometrySpatialProduct.cpp, MNN 3.6.1).
 */
export const spatialProduct: OpDefinition<undefined> = {
  name: 'SpatialProduct',
  opTypes: [OpType.SpatialProduct],
  parse: () => undefined,
  shape(_attributes, inputs, where) {
    const x = required(inputs, 0, where);
    const weight = required(inputs, 1, where);
    if (x.layout === 'NHWC' || x.dtype !== 'float32' || x.shape.length !== 4)
      throw new GraphError(
        `${where}: expected floats [N,C,H,W] in NCHW, got ${x.dtype} [${x.shape}] in ${x.layout}`,
      );
    const expected = [x.shape[0], 1, x.shape[2], x.shape[3]];
    if (weight.layout === 'NHWC' || weight.dtype !== 'float32' || String(weight.shape) !== String(expected))
      throw new GraphError(
        `${where}: expected float weights [${expected}] in NCHW, got ${weight.dtype} [${weight.shape}] in ${weight.layout}`,
      );
    return [{ shape: x.shape, dtype: x.dtype, layout: x.layout }];
  },
  reference(_attributes, inputs, [y]) {
    const x = required(inputs, 0, 'SpatialProduct');
    const weight = required(inputs, 1, 'SpatialProduct');
    const [, channels, height, width] = x.shape;
    const area = height * width;
    for (let i = 0; i < x.data.length; i++) {
      const image = Math.floor(i / (channels * area));
      y.data[i] = x.data[i] * weight.data[image * area + (i % area)];
    }
  },
  cases: () => [
    {
      title: 'two images',
      attributes: undefined,
      inputs: [{ shape: [2, 5, 3, 4] }, { shape: [2, 1, 3, 4] }],
    },
    {
      title: 'packed',
      attributes: undefined,
      inputs: [
        { shape: [1, 3, 2, 5], layout: 'NC4HW4' },
        { shape: [1, 1, 2, 5], layout: 'NC4HW4' },
      ],
    },
    { title: 'no sample', attributes: undefined, inputs: [{ shape: [0, 3, 2, 5] }, { shape: [0, 1, 2, 5] }] },
  ],
};
