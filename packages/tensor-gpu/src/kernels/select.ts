import { broadcastBox } from './box.ts';
import type { KernelBinder } from './context.ts';
import { mapPrograms, runMap } from './map.ts';
import { releasing } from './support.ts';

const SELECT = mapPrograms({
  name: 'select',
  operands: ['condition', 'a', 'b'],
  compute: `
    let y = b;
    if (condition != 0.0) y = a;
    return y;`,
});

/**
 * condition ? a : b with broadcasting. The condition consists of whole numbers, which stay on the host: it has to be
 * known, as a mask is that was made of shapes. It is sent each time, since it may be another for other shapes.
 */
export const bindSelect: KernelBinder = ({ device }, _node, [condition, a, b], [output]) => {
  const value = condition?.value;
  if (value === undefined || a?.dtype !== 'float32' || b?.dtype !== 'float32') return undefined;
  const box = broadcastBox(output.shape, [condition!.shape, a.shape, b.shape]);
  if (box === undefined) return undefined;
  return async ([, left, right]) => {
    const flags = await device.upload(Float32Array.from(value, (one) => Number(one !== 0)));
    return releasing([flags], async () => [await runMap(device, SELECT, box, [flags, left!, right!])]);
  };
};
