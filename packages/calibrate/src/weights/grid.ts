import { WeightError, type WeightMatrix, type WeightQuantizeOptions } from './weight-quantizer.ts';

/** See `WeightQuantizeOptions.smallestScale`. */
export const DEPTHWISE_SMALLEST_SCALE = Math.fround(1e-6);

// Below the smallest normal float32, processors that flush denormals read a scale as 0.
const SMALLEST_NORMAL = 2 ** -126;

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
export function channelAbsMax({ data, name }: WeightMatrix, channel: number, area: number): number {
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

/** The float32 that a file can hold for `scale`, not below what the runtime computes with. */
export function writableScale(scale: number, { smallestScale = 0 }: WeightQuantizeOptions): number {
  return Math.fround(Math.max(scale, SMALLEST_NORMAL, smallestScale));
}

/** Rounds half away from zero to a whole number within ±clamp. */
export function roundToGrid(value: number, clamp: number): number {
  const magnitude = Math.min(clamp, Math.floor(Math.abs(Math.fround(value)) + 0.5));
  return value < 0 ? -magnitude : magnitude;
}

/** Rounds `values` to multiples of `scale` into `target`, of the same length. */
export function quantizeRow(values: Float32Array, scale: number, clamp: number, target: Int8Array): void {
  for (let i = 0; i < values.length; i++) target[i] = roundToGrid((values[i] as number) / scale, clamp);
}

/** Sum of (w - q * scale)² with q as {@link quantizeRow} has it. */
export function squaredError(values: Float32Array, scale: number, clamp: number): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    sum += (value - roundToGrid(value / scale, clamp) * scale) ** 2;
  }
  return sum;
}
