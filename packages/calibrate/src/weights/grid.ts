import { WeightError, type WeightMatrix, type WeightQuantizeOptions } from './weight-quantizer.ts';

/** See `WeightQuantizeOptions.smallestScale`. */
export const DEPTHWISE_SMALLEST_SCALE = Math.fround(1e-6);

// Below the smallest normal float32, processors that flush denormals read a scale as 0.
const SMALLEST_NORMAL = 2 ** -126;

/** After so many weights a sum of errors is compared with what it may be. */
const CHECKED_WEIGHTS = 64;

const { fround } = Math;

/**
 * Weights per output channel.
 *
 * @throws {WeightError} where options or number of weights are not as they have to be
 */
export function checkedArea(
  { data, channels, name }: WeightMatrix,
  { clamp }: WeightQuantizeOptions,
): number {
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

/** @throws {WeightError} naming layer and channel where a weight is not finite */
export function channelAbsMax(weights: WeightMatrix, channel: number, area: number): number {
  const { data } = weights;
  const end = (channel + 1) * area;
  let absMax = 0;
  for (let i = channel * area; i < end; i++) absMax = Math.max(absMax, Math.abs(data[i] as number));
  // NaN stays through all the maxima.
  if (!Number.isFinite(absMax)) throw notFinite(weights, channel, area);
  return absMax;
}

function notFinite({ data, name }: WeightMatrix, channel: number, area: number): WeightError {
  const row = data.subarray(channel * area, (channel + 1) * area);
  const at = row.findIndex((weight) => !Number.isFinite(weight));
  return new WeightError(
    `${name}: weight ${at} of output channel ${channel} is ${row[at]}; expected finite weights`,
  );
}

/** The float32 that a file can hold for `scale`, not below what the runtime computes with. */
export function writableScale(scale: number, { smallestScale = 0 }: WeightQuantizeOptions): number {
  return fround(Math.max(scale, SMALLEST_NORMAL, smallestScale));
}

/**
 * Rounds `values` to multiples of `scale` into `target`, of the same length: half away from zero, to whole
 * numbers within ±clamp. Signs are random, so they are put back without a branch.
 */
export function quantizeRow(values: Float32Array, scale: number, clamp: number, target: Int8Array): void {
  const bits = new Int32Array(values.buffer, values.byteOffset, values.length);
  for (let i = 0; i < values.length; i++) {
    const magnitude = multipleOf(scale, Math.abs(values[i] as number), clamp);
    const sign = (bits[i] as number) >> 31; // 0 or -1
    target[i] = (magnitude ^ sign) - sign;
  }
}

/** The multiple of `scale` that is nearest to `magnitude`, at most `clamp`; the quotient is rounded to float32. */
function multipleOf(scale: number, magnitude: number, clamp: number): number {
  return (Math.min(clamp, fround(magnitude / scale)) + 0.5) | 0;
}

/**
 * Sum of (w - q * scale)² with q as {@link quantizeRow} has it.
 *
 * @param magnitudes |w|
 * @returns something above `most` once the sum is above it
 */
export function squaredError(magnitudes: Float32Array, scale: number, clamp: number, most: number): number {
  let sum = 0;
  for (let from = 0; from < magnitudes.length && sum <= most; from += CHECKED_WEIGHTS) {
    const to = Math.min(magnitudes.length, from + CHECKED_WEIGHTS);
    for (let i = from; i < to; i++) {
      const magnitude = magnitudes[i] as number;
      const error = magnitude - multipleOf(scale, magnitude, clamp) * scale;
      sum += error * error;
    }
  }
  return sum;
}
