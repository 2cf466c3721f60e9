import { WinogradError } from './winograd-error.ts';

/** What int8 Winograd needs besides the int8 convolution; positions are row-major over alpha × alpha. */
export interface WinogradUnit {
  readonly kernel: number;
  /** Output pixels per tile and direction; `alpha = unit + kernel - 1`. */
  readonly unit: number;
  /** One per position: real value per step of the transformed input. */
  readonly inputScales: Float32Array;
  /** One per position, -127 to 127. */
  readonly inputZeroPoints: Int32Array;
  /** Position-major, then output channel: real value per step of the transformed weights. */
  readonly weightScales: Float32Array;
}

const VERSION = 0;
const HEADER = 3;
const GEOMETRY = 6;

/**
 * `symmetricQuan.winogradAttr` of a convolution that is one Winograd unit: version, number of units,
 * words of the unit, its first kernel row and column, kernel height and width, unit height and width,
 * then the unit's arrays, floats as their bits (MNN 3.6.1 core/WinogradInt8Attr.hpp).
 *
 * @throws {WinogradError} where lengths do not fit together or a scale is not positive and finite
 */
export function encodeWinogradAttribute(given: WinogradUnit): Int32Array {
  check(given);
  const { kernel, unit, inputScales, inputZeroPoints, weightScales } = given;
  const words = GEOMETRY + inputScales.length + inputZeroPoints.length + weightScales.length;
  const result = new Int32Array(HEADER + words);
  const floats = new Float32Array(result.buffer);
  result.set([VERSION, 1, words, 0, 0, kernel, kernel, unit, unit]);
  floats.set(inputScales, HEADER + GEOMETRY);
  result.set(inputZeroPoints, HEADER + GEOMETRY + inputScales.length);
  floats.set(weightScales, HEADER + GEOMETRY + 2 * inputScales.length);
  return result;
}

/**
 * The opposite of `encodeWinogradAttribute`, for `outputs` channels.
 *
 * @throws {WinogradError} on anything but one square unit of version 0
 */
export function decodeWinogradAttribute(words: Int32Array, outputs: number): WinogradUnit {
  const [version, count, size, top, left, height, width, unitY, unitX] = words;
  if (version !== VERSION || count !== 1)
    throw new WinogradError(`winogradAttr: expected version 0 and 1 unit, got ${version} and ${count}`);
  if (top !== 0 || left !== 0 || height !== width || unitY !== unitX || !height || !unitY)
    throw new WinogradError('winogradAttr: expected one square unit for the whole kernel');
  const positions = (unitY + height - 1) ** 2;
  const expected = GEOMETRY + positions * (2 + outputs);
  if (size !== expected || words.length !== HEADER + expected)
    throw new WinogradError(
      `winogradAttr: expected ${expected} words for ${outputs} channels, got ${size} of ${words.length - HEADER}`,
    );
  const bytes = words.slice(HEADER + GEOMETRY);
  const floats = new Float32Array(bytes.buffer);
  return {
    kernel: height,
    unit: unitY,
    inputScales: floats.slice(0, positions),
    inputZeroPoints: bytes.slice(positions, 2 * positions),
    weightScales: floats.slice(2 * positions),
  };
}

function check({ kernel, unit, inputScales, inputZeroPoints, weightScales }: WinogradUnit): void {
  const positions = (unit + kernel - 1) ** 2;
  if (inputScales.length !== positions || inputZeroPoints.length !== positions)
    throw new WinogradError(
      `winogradAttr: expected ${positions} input scales and zero points, got ${inputScales.length} and ${inputZeroPoints.length}`,
    );
  if (weightScales.length === 0 || weightScales.length % positions !== 0)
    throw new WinogradError(
      `winogradAttr: expected a multiple of ${positions} weight scales, got ${weightScales.length}`,
    );
  for (const scale of [...inputScales, ...weightScales])
    if (!(scale > 0 && Number.isFinite(scale)))
      throw new WinogradError(`winogradAttr: expected positive finite scales, got ${scale}`);
  for (const zero of inputZeroPoints)
    if (zero < -127 || zero > 127)
      throw new WinogradError(`winogradAttr: expected zero points within ±127, got ${zero}`);
}
