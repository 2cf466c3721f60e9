import { BinaryOpOperation } from '@mnnquant/mnn-format';
import type { OpDefinition } from '../op.ts';
import { spatialProduct } from '../ops/spatial-product.ts';
import type { Int8Attributes } from './attributes.ts';
import { int8BinaryOp } from './binary-op.ts';
import { everyQ, params } from './case-values.ts';
import { likeFloat } from './params.ts';

const PRODUCT = { operation: BinaryOpOperation.MUL, relu: false };

/** x [N,C,H,W], w [N,1,H,W] → x·w as a BinaryOp, which MNN's runtime makes of it (GeometrySpatialProduct.cpp, 3.6.1). */
export const int8SpatialProduct: OpDefinition<Int8Attributes<undefined>> = {
  ...likeFloat('Int8SpatialProduct', spatialProduct),
  reference: (attributes, inputs, outputs) =>
    int8BinaryOp.reference({ ...attributes, op: PRODUCT }, inputs, outputs),
  cases: () => [
    {
      title: 'two images',
      attributes: { op: undefined, inputs: [params(0.02, 3), params(0.01)], outputs: [params(0.03, -7)] },
      inputs: [
        { shape: [2, 5, 3, 4], data: everyQ(120) },
        { shape: [2, 1, 3, 4], data: everyQ(24, 2) },
      ],
    },
  ],
};
