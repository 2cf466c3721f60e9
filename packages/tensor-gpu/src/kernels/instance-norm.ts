import { channelAxis, type InstanceNormAttributes } from '@mnnquant/graph';
import { broadcastBox } from './box.ts';
import type { KernelBinder } from './context.ts';
import { mapPrograms, runMap } from './map.ts';
import { allFloat, channelShape } from './support.ts';

const INSTANCE_NORM = mapPrograms({
  name: 'instance norm',
  operands: ['x', 'mean', 'variance', 'slope', 'bias'],
  numbers: ['epsilon'],
  compute: 'return (x - mean) / Math.sqrt(variance + epsilon) * slope + bias;',
});

/** slope · (x - mean) / sqrt(variance + ε) + bias with a mean and a variance for each sample and channel. */
export const bindInstanceNorm: KernelBinder = ({ device, constants }, node, inputs) => {
  const attributes = node.attributes as InstanceNormAttributes;
  if (!allFloat(inputs)) return undefined;
  const [x] = inputs;
  const axis = channelAxis(x.layout, x.shape.length);
  const perInstance = x.shape.map((extent, i) => (i === 0 || i === axis ? extent : 1));
  const perChannel = channelShape(x);
  const box = broadcastBox(x.shape, [x.shape, perInstance, perInstance, perChannel, perChannel]);
  if (box === undefined) return undefined;
  const { epsilon } = attributes;
  return async ([input, mean, variance]) => {
    const slope = await constants.get(node, 'slope', () => attributes.slope);
    const bias = await constants.get(node, 'bias', () => attributes.bias);
    return [await runMap(device, INSTANCE_NORM, box, [input!, mean!, variance!, slope, bias], { epsilon })];
  };
};
