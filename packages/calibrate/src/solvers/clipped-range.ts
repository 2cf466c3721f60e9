import { affineGrid, type ValueRange } from '../ema/moving-range.ts';
import type { FeatureStatistics } from './feature-solver.ts';

/**
 * What is left of the values that were seen once |x| is cut off at `clip`: the end that does not reach as far stays where it
 * is. Behind a ReLU that is [0, clip], for values on both sides of 0 it never holds less than what was seen within the clip.
 *
 * @param clip above 0
 */
export function clippedRange(range: ValueRange, clip: number): ValueRange {
  // Adding 0 turns -0 into 0.
  return {
    min: Math.max(Math.min(0, range.min), -clip) + 0,
    max: Math.min(Math.max(0, range.max), clip) + 0,
  };
}

/** The range that was seen; where only |x| is known it reaches as far on either side. */
export function seenRange({ absMax, range = { min: -absMax, max: absMax } }: FeatureStatistics): ValueRange {
  return range;
}

/** Steps of a grid over a range: how wide they are, and how many there are from 0 to the end that is farther away. */
export interface OneSide {
  readonly step: number;
  readonly levels: number;
}

/** The grid that `affineGrid` lays over a clipped range; `undefined` where there is none. */
export function farSide(range: ValueRange, clip: number, clamp: number): OneSide | undefined {
  const grid = affineGrid(clippedRange(range, clip), clamp);
  return grid && { step: grid.scale, levels: clamp + Math.abs(grid.zeroPoint) };
}
