import type { EluAttributes } from '@mnnquant/graph';
import { lineBox } from './box.ts';
import type { KernelBinder } from './context.ts';
import { mapPrograms, runMap } from './map.ts';

const THRESHOLD = mapPrograms({
  name: 'threshold',
  operands: ['x'],
  numbers: ['alpha'],
  compute: `
    let y = 0.0;
    if (x > alpha) y = 1.0;
    return y;`,
});

/** y = 1 where x > alpha, else 0. */
export const bindThreshold: KernelBinder = ({ device }, node) => {
  const { alpha } = node.attributes as EluAttributes;
  const numbers = { alpha };
  return async ([x]) => [await runMap(device, THRESHOLD, lineBox(x!.count), [x!], numbers)];
};
