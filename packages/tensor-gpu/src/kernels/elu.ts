import type { EluAttributes } from '@mnnquant/graph';
import { lineBox } from './box.ts';
import type { KernelBinder } from './context.ts';
import { expm1Of } from './float-functions.ts';
import { mapPrograms, runMap } from './map.ts';

const ELU = mapPrograms({
  name: 'elu',
  operands: ['x'],
  numbers: ['alpha'],
  compute: `${expm1Of('e', 'x')}
    if (x > 0.0) return x;
    return alpha * e;`,
});

/** y = x where x > 0, else alpha * (e^x - 1). */
export const bindElu: KernelBinder = ({ device }, node) => {
  const { alpha } = node.attributes as EluAttributes;
  const numbers = { alpha };
  return async ([x]) => [await runMap(device, ELU, lineBox(x!.count), [x!], numbers)];
};
