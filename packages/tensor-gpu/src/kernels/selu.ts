import type { SeluAttributes } from '@mnnquant/graph';
import { lineBox } from './box.ts';
import type { KernelBinder } from './context.ts';
import { expm1Of } from './float-functions.ts';
import { mapPrograms, runMap } from './map.ts';

const SELU = mapPrograms({
  name: 'selu',
  operands: ['x'],
  numbers: ['scale', 'alpha'],
  compute: `${expm1Of('e', 'x')}
    if (x > 0.0) return scale * x;
    return scale * (alpha * e);`,
});

/** y = scale * x where x > 0, else scale * alpha * (e^x - 1). */
export const bindSelu: KernelBinder = ({ device }, node) => {
  const { scale, alpha } = node.attributes as SeluAttributes;
  const numbers = { scale, alpha };
  return async ([x]) => [await runMap(device, SELU, lineBox(x!.count), [x!], numbers)];
};
