import { channelOrder, permutedView, type ReshapeAttributes } from '@mnnquant/graph';
import type { KernelBinder } from './context.ts';
import { fromFirst, inTurn, stay } from './moves/move.ts';
import { strided } from './moves/strided.ts';

/** The same elements in the same order, which for some NC4HW4 tensors is that of NHWC. */
export const bindReshape: KernelBinder = ({ device }, node, [x], [y]) => {
  const { elementOrder } = node.attributes as ReshapeAttributes;
  if (x?.layout !== 'NC4HW4' || elementOrder !== 'NHWC') return fromFirst([stay]);
  const toLast = channelOrder('NC4HW4', 'NHWC', x.shape.length);
  const channelsLast = channelOrder('NC4HW4', 'NHWC', y.shape.length).map((axis) => y.shape[axis]);
  const toFirst = channelOrder('NHWC', 'NC4HW4', y.shape.length);
  const apart = strided(device, permutedView(x.shape, toLast));
  const together = strided(device, permutedView(channelsLast, toFirst));
  return fromFirst([apart && together && inTurn(apart, together)]);
};
