import { type PaddingAttributes, padSource } from '@mnnquant/graph';
import type { KernelBinder } from './context.ts';
import { fromFirst } from './moves/move.ts';
import { paddedAxis } from './moves/pad.ts';
import { pickedAxes } from './moves/pick.ts';

/** A constant all around, or numbers mirrored or repeated. */
export const bindPadding: KernelBinder = (context, node, [x, pads, value], [{ shape }]) => {
  if (x === undefined || pads?.value === undefined) return undefined;
  if (value !== undefined && value.value === undefined) return undefined;
  const { mode } = node.attributes as PaddingAttributes;
  const axes = x.shape.map((extent, axis) => {
    const before = Number(pads.value![2 * axis]);
    return paddedAxis(extent, before, shape[axis], (at) => padSource(mode, at, extent));
  });
  return fromFirst([pickedAxes(context, node, axes, Number(value?.value?.[0] ?? 0))]);
};
