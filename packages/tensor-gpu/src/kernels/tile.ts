import { tileViews } from '@mnnquant/graph';
import type { KernelBinder } from './context.ts';
import { fromFirst } from './moves/move.ts';
import { type PickedAxis, pickedAxes, placesOf } from './moves/pick.ts';
import { strided } from './moves/strided.ts';

/** A tensor repeated along its dimensions; along many of them one after the other. */
export const bindTile: KernelBinder = (context, node, [x], [{ shape }]) => {
  if (x === undefined) return undefined;
  const repeated = (extent: number, axis: number): PickedAxis => {
    const places = Array.from({ length: shape[axis] }, (_, i) => i % extent);
    return shape[axis] === extent ? { extent } : { extent, places: placesOf(places) };
  };
  const box = strided(context.device, tileViews(x.shape, shape).from);
  return fromFirst([box ?? pickedAxes(context, node, x.shape.map(repeated))]);
};
