import {
  type QuantizedWeights,
  WeightError,
  type WeightMatrix,
  type WeightQuantizeOptions,
  type WeightQuantizer,
} from './weight-quantizer.ts';

/** See `WeightQuantizeOptions.smallestScale`. */
export const DEPTHWISE_SMALLEST_SCALE = Math.fround(1e-6);

// Below the smallest normal float32, processors that flush denormals read a scale as 0.
const SMALLEST_NORMAL = 2 ** -126;

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
  const smallest = Math.max(SMALLEST_NORMAL, options.smallestScale ?? 0);
  const result: QuantizedWeights = {
    quantized: new Int8Array(data.length),
    scales: new Float32Array(channels),
  };
  for (let channel = 0; channel < channels; channel++) {
    const absMax = channelAbsMax(weights, channel, area);
    const scale = absMax === 0 ? 1 : Math.fround(Math.max(absMax / options.clamp, smallest));
    result.scales[channel] = scale;
    const end = (channel + 1) * area;
    for (let i = channel * area; i < end; i++) {
      result.quantized[i] = roundToGrid((data[i] as number) / scale, options.clamp);
    }
  }
  return result;
};

/** Rounds half away from zero to a whole number within ±clamp. */
export function roundToGrid(value: number, clamp: number): number {
  const magnitude = Math.min(clamp, Math.floor(Math.abs(Math.fround(value)) + 0.5));
  return value < 0 ? -magnitude : magnitude;
}

function checkedArea({ data, channels, name }: WeightMatrix, { clamp }: WeightQuantizeOptions): number {
  if (!Number.isInteger(clamp) || clamp < 1 || clamp > 127) {
    throw new WeightError(`${name}: expected a weight clamp from 1 to 127, got ${clamp}`);
  }
  if (!Number.isInteger(channels) || channels < 1 || data.length === 0 || data.length % channels !== 0) {
    throw new WeightError(
      `${name}: expected weights for ${channels} output channels, got ${data.length} values`,
    );
  }
  return data.length / channels;
}

function channelAbsMax({ data, name }: WeightMatrix, channel: number, area: number): number {
  let absMax = 0;
  for (let i = channel * area; i < (channel + 1) * area; i++) {
    const value = data[i] as number;
    if (!Number.isFinite(value)) {
      throw new WeightError(
        `${name}: weight ${i - channel * area} of output channel ${channel} is ${value}; expected finite weights`,
      );
    }
    absMax = Math.max(absMax, Math.abs(value));
  }
  return absMax;
}
