import type { PreluAttributes } from '@mnnquant/graph';
import { broadcastBox } from './box.ts';
import type { KernelBinder } from './context.ts';
import { mapPrograms, runMap } from './map.ts';
import { allFloat, channelShape } from './support.ts';

const PRELU = mapPrograms({
  name: 'prelu',
  operands: ['x', 'slope'],
  compute: `
    let y = x;
    if (!(x >= 0.0)) y = x * slope;
    return y;`,
});

/** y = x for x >= 0, else slope[channel] * x. */
export const bindPrelu: KernelBinder = ({ device, constants }, node, inputs) => {
  const { slope } = node.attributes as PreluAttributes;
  if (!allFloat(inputs)) return undefined;
  const [x] = inputs;
  const box = broadcastBox(x.shape, [x.shape, slope.length === 1 ? [] : channelShape(x)]);
  if (box === undefined) return undefined;
  return async ([input]) => {
    const slopes = await constants.get(node, 'slopes', () => slope);
    return [await runMap(device, PRELU, box, [input!, slopes])];
  };
};
