import { elementCount, type NormalizeAttributes } from '@mnnquant/graph';
import { broadcastBox } from './box.ts';
import type { KernelBinder } from './context.ts';
import { canFold, foldRows } from './fold-rows.ts';
import { FOLDS } from './folds.ts';
import { mapPrograms, runMap } from './map.ts';
import { allFloat, releasing, rowsAround } from './support.ts';

const NORMALIZE = mapPrograms({
  name: 'normalize',
  operands: ['x', 'sum', 'factor'],
  numbers: ['epsilon'],
  compute: 'return x / Math.sqrt(sum + epsilon) * factor;',
});

/** Vectors of channels, or whole samples, to length 1, then scaled: x [N,C,H,W]. */
export const bindNormalize: KernelBinder = ({ device, constants }, node, inputs) => {
  const { acrossSpatial, epsilon, scale } = node.attributes as NormalizeAttributes;
  if (!allFloat(inputs)) return undefined;
  const [{ shape }] = inputs;
  const [samples, channels] = shape;
  const pixels = elementCount(shape.slice(2));
  const rows = rowsAround(shape, 1, acrossSpatial ? 4 : 2);
  const box = broadcastBox(
    [samples, channels, pixels],
    [
      [samples, channels, pixels],
      [samples, 1, acrossSpatial ? 1 : pixels],
      scale.length === 1 ? [] : [channels, 1],
    ],
  );
  if (box === undefined || !canFold(rows)) return undefined;
  return async ([input]) => {
    const sum = await foldRows(device, FOLDS.squaredSum, { x: input!, rows });
    return releasing([sum], async () => {
      const factors = await constants.get(node, 'scale', () => scale);
      return [await runMap(device, NORMALIZE, box, [input!, sum, factors], { epsilon })];
    });
  };
};
