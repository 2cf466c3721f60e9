import { channelAbsMax, checkedArea, quantizeRow, writableScale } from './grid.ts';
import type { QuantizedWeights, WeightQuantizer } from './weight-quantizer.ts';

/**
 * MAX_ABS per output channel, as MNN 3.6.1 (quantizeWeight.cpp): scale = max |w| / clamp,
 * q = w / scale rounded half away from zero.
 *
 * - An all-zero channel has scale 1 and zeros (MNN writes NaN).
 * - A channel of tiny weights keeps them, down to `smallestScale` (MNN zeroes max |w| < 1.27e-4).
 * - A weight that is not finite is an error that names layer and channel.
 */
export const quantizeMaxAbs: WeightQuantizer = (weights, options) => {
  const { data, channels } = weights;
  const area = checkedArea(weights, options);
  const result: QuantizedWeights = {
    quantized: new Int8Array(data.length),
    scales: new Float32Array(channels),
  };
  for (let channel = 0; channel < channels; channel++) {
    const absMax = channelAbsMax(weights, channel, area);
    const scale = absMax === 0 ? 1 : writableScale(absMax / options.clamp, options);
    result.scales[channel] = scale;
    const [from, to] = [channel * area, (channel + 1) * area];
    quantizeRow(data.subarray(from, to), scale, options.clamp, result.quantized.subarray(from, to));
  }
  return result;
};
