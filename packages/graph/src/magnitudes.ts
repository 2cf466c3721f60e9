import type { TensorData } from './tensor.ts';

/** Pattern of infinity; NaNs lie above it. */
const INFINITE_BITS = 0x7f800000;
const SIGNLESS_BITS = 0x7fffffff;

/** |x| of every finite value that is not zero, as float32, in the order given. */
export function magnitudesOf(data: TensorData): Float32Array {
  return magnitudesOfFloats(data instanceof Float32Array ? data : Float32Array.from(data));
}

/** Without branches on the values: behind a ReLU every other one is zero. */
function magnitudesOfFloats(data: Float32Array): Float32Array {
  const patterns = new Int32Array(data.buffer, data.byteOffset, data.length);
  const kept = new Int32Array(data.length);
  let count = 0;
  for (let i = 0; i < patterns.length; i++) {
    const magnitude = patterns[i] & SIGNLESS_BITS;
    kept[count] = magnitude;
    // 1 where 0 < magnitude < INFINITE_BITS: the first difference is below zero, the second is not.
    count += ((magnitude - INFINITE_BITS) & ~(magnitude - 1)) >>> 31;
  }
  return new Float32Array(kept.buffer.slice(0, 4 * count));
}

/** Fewer are sorted faster by comparing them. */
const FEWEST_FOR_DIGITS = 2 ** 12;
const DIGIT_BITS = 11;
const DIGITS = 2 ** DIGIT_BITS;
/** Three digits hold 33 bits. */
const PASSES = 3;

/**
 * Sorts floats that are not negative, and no NaN, in place: they are in the order of their bits, so that
 * whole numbers can be sorted instead, many of them digit by digit.
 */
export function sortMagnitudes(magnitudes: Float32Array): Float32Array {
  const patterns = new Uint32Array(magnitudes.buffer, magnitudes.byteOffset, magnitudes.length);
  if (patterns.length < FEWEST_FOR_DIGITS) patterns.sort();
  else sortByDigits(patterns);
  return magnitudes;
}

/** Radix sort, the lowest digit first: each pass keeps the order of what has the same digit. */
function sortByDigits(patterns: Uint32Array): void {
  const places = digitPlaces(patterns);
  let from: Uint32Array = patterns;
  let to: Uint32Array = new Uint32Array(patterns.length);
  for (let pass = 0; pass < PASSES; pass++) {
    const place = places[pass];
    const shift = pass * DIGIT_BITS;
    for (let i = 0; i < from.length; i++) {
      const pattern = from[i];
      to[place[(pattern >>> shift) & (DIGITS - 1)]++] = pattern;
    }
    [from, to] = [to, from];
  }
  if (from !== patterns) patterns.set(from);
}

/** By pass and digit: where the first number with this digit goes. */
function digitPlaces(patterns: Uint32Array): Int32Array[] {
  const [low, middle, high] = Array.from({ length: PASSES }, () => new Int32Array(DIGITS));
  for (let i = 0; i < patterns.length; i++) {
    const pattern = patterns[i];
    low[pattern & (DIGITS - 1)]++;
    middle[(pattern >>> DIGIT_BITS) & (DIGITS - 1)]++;
    high[pattern >>> (2 * DIGIT_BITS)]++;
  }
  for (const places of [low, middle, high]) {
    let before = 0;
    for (let digit = 0; digit < DIGITS; digit++) {
      const count = places[digit];
      places[digit] = before;
      before += count;
    }
  }
  return [low, middle, high];
}
