import { tileViews } from '@mnnquant/graph';
import type { KernelBinder } from './context.ts';
import { fromFirst } from './moves/move.ts';
import { strided } from './moves/strided.ts';

/** A tensor repeated along its dimensions. */
export const bindTile: KernelBinder = ({ device }, _node, [x], [{ shape }]) =>
  x && fromFirst([strided(device, tileViews(x.shape, shape).from)]);
