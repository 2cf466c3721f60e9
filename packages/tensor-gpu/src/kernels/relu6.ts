import type { ClipAttributes } from '@mnnquant/graph';
import { lineBox } from './box.ts';
import type { KernelBinder } from './context.ts';
import { mapPrograms, runMap } from './map.ts';

const RELU6 = mapPrograms({
  name: 'relu6',
  operands: ['x'],
  numbers: ['least', 'most'],
  compute: `
    let y = x;
    if (x < least) y = least;
    if (x > most) y = most;
    return y;`,
});

/** y = min(max(x, min), max). */
export const bindRelu6: KernelBinder = ({ device }, node) => {
  const { min, max } = node.attributes as ClipAttributes;
  const numbers = { least: min, most: max };
  return async ([x]) => [await runMap(device, RELU6, lineBox(x!.count), [x!], numbers)];
};
