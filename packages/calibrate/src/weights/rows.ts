import { channelAbsMax, checkedArea, quantizeRow } from './grid.ts';
import type { QuantizedWeights, WeightMatrix, WeightQuantizeOptions } from './weight-quantizer.ts';

/** The scale of one output channel, a float32 that a file can hold; `absMax` is the largest |w| in it, above 0. */
export type RowScale = (row: Float32Array, absMax: number, options: WeightQuantizeOptions) => number;

/**
 * Quantizes weights channel by channel with scales of one's own. A channel of zeros has scale 1 and zeros.
 *
 * @throws {WeightError} naming layer and channel where a weight is not finite
 */
export function quantizeRows(
  weights: WeightMatrix,
  options: WeightQuantizeOptions,
  rowScale: RowScale,
): QuantizedWeights {
  const { data, channels } = weights;
  const area = checkedArea(weights, options);
  const result: QuantizedWeights = {
    quantized: new Int8Array(data.length),
    scales: new Float32Array(channels),
  };
  for (let channel = 0; channel < channels; channel++) {
    const absMax = channelAbsMax(weights, channel, area);
    const [from, to] = [channel * area, (channel + 1) * area];
    const row = data.subarray(from, to);
    const scale = absMax === 0 ? 1 : rowScale(row, absMax, options);
    result.scales[channel] = scale;
    quantizeRow(row, scale, options.clamp, result.quantized.subarray(from, to));
  }
  return result;
}

export function magnitudesOf(row: Float32Array): Float32Array {
  const magnitudes = new Float32Array(row.length);
  for (let i = 0; i < row.length; i++) magnitudes[i] = Math.abs(row[i] as number);
  return magnitudes;
}
