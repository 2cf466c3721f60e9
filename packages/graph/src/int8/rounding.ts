import type { QuantParams } from '../backend.ts';
import type { TensorData } from '../tensor.ts';

/** MNN keeps q as q + 128 in a byte on x86-64. */
export const BYTE_OFFSET = 128;

/** What x86-64 makes of a float that no int32 holds, NaN among them. */
const NO_INT32 = -(2 ** 31);

/** C's roundf: halves go away from zero. */
export function roundAway(x: number): number {
  return x < 0 ? -Math.floor(0.5 - x) : Math.floor(x + 0.5);
}

/** C's conversion of a float to int32, towards zero. */
export function toInt32(x: number): number {
  return x > NO_INT32 - 1 && x < 2 ** 31 ? Math.trunc(x) : NO_INT32;
}

/** `value` between the ends of `params`; the lower end wins where they cross. */
export function clampTo({ min, max }: Pick<QuantParams, 'min' | 'max'>, value: number): number {
  return Math.max(min, Math.min(max, value));
}

/** 1/scale in float32, by which MNN multiplies; 0 where the scale is 0. */
export function inverseScale({ scale }: Pick<QuantParams, 'scale'>): number {
  const step = Math.fround(scale);
  return step === 0 ? 0 : Math.fround(1 / step);
}

/** The whole number of which a byte is left: -128 … 127. */
export function wrapByte(value: number): number {
  return (value << 24) >> 24;
}

/** (q - zero point) * scale in float32, as MNN's Int8ToFloat. */
export function dequantizeInto(
  target: Float32Array,
  source: TensorData,
  { scale, zeroPoint }: QuantParams,
): void {
  const step = Math.fround(scale);
  const zero = Math.fround(zeroPoint);
  for (let i = 0; i < source.length; i++) target[i] = (source[i] - zero) * step;
}

/**
 * clamp(x / scale + zero point) in float32, then half away from zero by adding half and cutting, as MNN's FloatToInt8 with
 * AVX2 (avx/GemmInt8.cpp, 3.6.1). NaN becomes the upper end.
 */
export function quantizeInto(target: TensorData, source: Float32Array, params: QuantParams): void {
  const { zeroPoint, min, max } = params;
  const inverse = inverseScale(params);
  for (let i = 0; i < source.length; i++) {
    const scaled = Math.fround(Math.fround(source[i] * inverse) + zeroPoint);
    const below = Number.isNaN(scaled) ? max : Math.min(scaled, max);
    const clamped = Math.max(below, min);
    target[i] = Math.trunc(Math.fround(clamped + (clamped < 0 ? -0.5 : 0.5)));
  }
}
