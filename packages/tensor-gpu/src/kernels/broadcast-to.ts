import { type BroadcastToAttributes, broadcastToStrides, elementCount } from '@mnnquant/graph';
import { boxOf } from './box.ts';
import type { KernelBinder } from './context.ts';
import { mapPrograms, runMap } from './map.ts';

const REPEAT = mapPrograms({ name: 'repeat', operands: ['x'], compute: 'return x;' });

/** Dimensions of one element repeated, or a line along the first dimension. */
export const bindBroadcastTo: KernelBinder = ({ device }, node, [x], [output]) => {
  if (x?.dtype !== 'float32') return undefined;
  const { shape } = output;
  const box = boxOf(shape, [broadcastToStrides(node.attributes as BroadcastToAttributes, x.shape, shape)]);
  if (box === undefined) return undefined;
  return async ([input]) => [
    input!.count === elementCount(shape) ? input!.retain() : await runMap(device, REPEAT, box, [input!]),
  ];
};
