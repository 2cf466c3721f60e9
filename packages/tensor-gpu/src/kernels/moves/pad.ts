import { type PickedAxis, placesOf } from './pick.ts';

/**
 * An axis with elements before and after it.
 *
 * @param before elements that are added, or cut off where it is negative
 * @param count elements of the result
 * @param source which element stands at an index of the axis, also beyond its ends; by default none does there
 */
export function paddedAxis(
  extent: number,
  before: number,
  count: number,
  source = (at: number): number => (at < extent ? at : -1),
): PickedAxis {
  if (before === 0 && count === extent) return { extent };
  return { extent, places: placesOf(Array.from({ length: count }, (_, i) => source(i - before))) };
}
