import type { QuantParams } from '@mnnquant/graph';

/** Smallest and largest value, zero always among them. */
export interface ValueRange {
  readonly min: number;
  readonly max: number;
}

// Keeps 1 / scale, which MNN's runtime computes, finite in float32.
const SMALLEST_SCALE = 2 ** -100;
const LARGEST_FLOAT = (2 - 2 ** -23) * 2 ** 127;

const MOMENTUM = Math.fround(0.99);
const NEW_SHARE = Math.fround(1 - MOMENTUM);

/**
 * The grid of 2 * clamp + 1 steps for a range (MNN 3.6.1 tools/train/source/nn/NN.cpp,
 * `computeScaleAndZeroPoint`): scale = (max - min) / (2 clamp), zero point = round(-min / scale - clamp),
 * where min <= 0 <= max. In float32, halves away from zero.
 *
 * @param range finite; widened to hold zero
 * @param clamp largest quantized magnitude, 1 to 127
 * @returns `undefined` for a range of no width, for which MNN computes NaN
 */
export function affineGrid(range: ValueRange, clamp: number): QuantParams | undefined {
  const { min, max } = withZero(range);
  const scale = Math.min(LARGEST_FLOAT, Math.fround((max - min) / (2 * clamp)));
  if (!(scale >= SMALLEST_SCALE)) return undefined;
  const zeroPoint = roundAway(Math.fround(Math.fround(-min / scale) - clamp));
  return { scale, zeroPoint: Math.min(clamp, Math.max(-clamp, zeroPoint)), min: -clamp, max: clamp };
}

/** The values at the two ends of a grid; zero is among them. */
export function endsOf({ scale, zeroPoint, min, max }: QuantParams): ValueRange {
  return {
    min: Math.min(0, Math.fround((min - zeroPoint) * scale)),
    max: Math.max(0, Math.fround((max - zeroPoint) * scale)),
  };
}

/**
 * The exponential moving average of ranges: the first as it is, then 0.99 of the old and 0.01 of the
 * new, each end for itself and in float32 (NN.cpp `updateParameter`).
 */
export function movedRange(before: ValueRange | undefined, now: ValueRange): ValueRange {
  if (before === undefined) return now;
  return { min: moved(before.min, now.min), max: moved(before.max, now.max) };
}

/** The range that holds both (NN.cpp `updateParameter` with `Maximum`). */
export function widenedRange(before: ValueRange | undefined, now: ValueRange): ValueRange {
  return before === undefined
    ? now
    : { min: Math.min(before.min, now.min), max: Math.max(before.max, now.max) };
}

/** The smallest range that holds all; `undefined` for none. */
export function unionOf(ranges: readonly ValueRange[]): ValueRange | undefined {
  if (ranges.length === 0) return undefined;
  return {
    min: Math.min(...ranges.map(({ min }) => min)),
    max: Math.max(...ranges.map(({ max }) => max)),
  };
}

/** The smallest range around zero that holds a range; its grid has zero point 0. */
export function mirrored({ min, max }: ValueRange): ValueRange {
  const most = Math.max(-min, max);
  return { min: -most, max: most };
}

function withZero({ min, max }: ValueRange): ValueRange {
  return { min: Math.min(0, min), max: Math.max(0, max) };
}

function moved(before: number, now: number): number {
  return Math.fround(Math.fround(before * MOMENTUM) + Math.fround(now * NEW_SHARE));
}

function roundAway(x: number): number {
  // Adding 0 turns -0 into 0.
  return Math.sign(x) * Math.floor(Math.abs(x) + 0.5) + 0;
}
