import type { OpDefinition } from '../op.ts';
import { type AxisAttributes, softmax } from '../ops/softmax.ts';
import { elementCount } from '../tensor.ts';
import type { Int8Attributes } from './attributes.ts';
import { everyQ, params } from './case-values.ts';
import { inFloat, likeFloat } from './params.ts';

/** Softmax of the dequantized numbers, quantized again (CPUSoftmax.cpp, MNN 3.6.1). */
export const int8Softmax: OpDefinition<Int8Attributes<AxisAttributes>> = {
  ...likeFloat('Int8Softmax', softmax),
  reference: inFloat(softmax),
  cases: () =>
    (
      [
        ['last axis', [2, 3, 7], -1],
        ['channels', [2, 5, 3, 4], 1],
      ] as const
    ).map(([title, shape, axis]) => ({
      title,
      attributes: { op: { axis }, inputs: [params(0.04, 3)], outputs: [params(1 / 255, -128, -128)] },
      inputs: [{ shape, data: everyQ(elementCount(shape)) }],
    })),
};
