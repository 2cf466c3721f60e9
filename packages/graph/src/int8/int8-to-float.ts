import type { QuantParams } from '../backend.ts';
import type { OpDefinition } from '../op.ts';
import { required } from '../ops/support/inputs.ts';
import { neverParsed } from './never-parsed.ts';

/** x = (q - zeroPoint) * scale in float32, as MNN 3.6.1 (CPUCast.cpp, `MNNInt8ScaleToFloat`). Any shape. */
export const int8ToFloat: OpDefinition<QuantParams> = {
  name: 'Int8ToFloat',
  opTypes: [],
  parse: neverParsed('Int8ToFloat'),
  shape(_params, inputs, where) {
    const { shape, layout } = required(inputs, 0, where);
    return [{ shape, dtype: 'float32', layout }];
  },
  reference({ scale, zeroPoint }, inputs, [x]) {
    const { data } = required(inputs, 0, 'Int8ToFloat');
    const step = Math.fround(scale);
    for (let i = 0; i < data.length; i++) x.data[i] = Math.fround((data[i] - zeroPoint) * step) + 0;
  },
  cases: () => [
    {
      title: 'symmetric',
      attributes: { scale: 0.023, zeroPoint: 0, min: -127, max: 127 },
      inputs: [{ shape: [3, 3], data: [-127, -3, -1, 0, 1, 2, 50, 126, 127] }],
    },
    {
      title: 'a zero point',
      attributes: { scale: 0.7, zeroPoint: -127, min: -127, max: 127 },
      inputs: [{ shape: [5], data: [-128, -127, 0, 5, 127] }],
    },
    {
      title: 'nothing',
      attributes: { scale: 0.5, zeroPoint: 0, min: -127, max: 127 },
      inputs: [{ shape: [0, 3] }],
    },
  ],
};
