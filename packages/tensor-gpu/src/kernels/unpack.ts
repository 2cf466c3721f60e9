import { type AxisAttributes, layerViews } from '@mnnquant/graph';
import type { KernelBinder } from './context.ts';
import { fromFirst } from './moves/move.ts';
import { strided } from './moves/strided.ts';

/** Slices of an axis that goes. */
export const bindUnpack: KernelBinder = ({ device }, node, [x], outputs) => {
  if (x === undefined) return undefined;
  const { axis } = node.attributes as AxisAttributes;
  return fromFirst(layerViews(x.shape, axis, outputs.length).map((layer) => strided(device, layer)));
};
