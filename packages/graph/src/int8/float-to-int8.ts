import type { QuantParams } from '../backend.ts';
import type { OpDefinition } from '../op.ts';
import { required } from '../ops/support/inputs.ts';
import { neverParsed } from './never-parsed.ts';
import { roundWithin } from './round-within.ts';
import { inverseScale } from './rounding.ts';

/**
 * q = round(clamp(x * (1 / scale) + zeroPoint, min, max)) in float32, as MNN 3.6.1 (CPUCast.cpp, `MNNFloat2Int8`).
 * Any shape.
 */
export const floatToInt8: OpDefinition<QuantParams> = {
  name: 'FloatToInt8',
  opTypes: [],
  parse: neverParsed('FloatToInt8'),
  shape(_params, inputs, where) {
    const { shape, layout } = required(inputs, 0, where);
    return [{ shape, dtype: 'float32', layout }];
  },
  reference(params, inputs, [q]) {
    const { data } = required(inputs, 0, 'FloatToInt8');
    const inverse = inverseScale(params);
    const { zeroPoint, min, max } = params;
    for (let i = 0; i < data.length; i++) {
      const scaled = Math.fround(Math.fround(data[i]) * inverse);
      q.data[i] = roundWithin(Math.fround(scaled + zeroPoint), min, max);
    }
  },
  cases: () => [
    {
      title: 'symmetric',
      attributes: { scale: 0.023, zeroPoint: 0, min: -127, max: 127 },
      inputs: [{ shape: [2, 3, 5, 7] }],
    },
    {
      title: 'halves, the ends and beyond, a zero point',
      attributes: { scale: 0.5, zeroPoint: -3, min: -128, max: 127 },
      inputs: [{ shape: [11], data: [0, 0.25, -0.25, 0.75, 0.24999998, 65, 65.2, -62.5, -62.8, 1e9, -1e30] }],
    },
    {
      title: 'infinities and NaN',
      attributes: { scale: 0.5, zeroPoint: 0, min: -127, max: 127 },
      inputs: [{ shape: [3], data: [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN] }],
    },
    {
      title: 'a scale of zero',
      attributes: { scale: 0, zeroPoint: 5, min: -127, max: 127 },
      inputs: [{ shape: [4] }],
    },
    {
      title: 'nothing',
      attributes: { scale: 0.5, zeroPoint: 0, min: -127, max: 127 },
      inputs: [{ shape: [0, 3] }],
    },
  ],
};
