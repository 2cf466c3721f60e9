import type { MomentsAttributes } from '@mnnquant/graph';
import { lineBox } from './box.ts';
import type { KernelBinder } from './context.ts';
import { canFold, foldRows } from './fold-rows.ts';
import { FOLDS } from './folds.ts';
import { mapPrograms, runMap } from './map.ts';
import { releasing, rowsAround } from './support.ts';

const VARIANCE = mapPrograms({ name: 'variance', operands: ['root'], compute: 'return root * root;' });

/** Mean and variance over axes that lie side by side. */
export const bindMoments: KernelBinder = ({ device }, node, [x]) => {
  const { axes } = node.attributes as MomentsAttributes;
  if (x?.dtype !== 'float32') return undefined;
  const { shape } = x;
  const given = axes?.map((axis) => (axis < 0 ? axis + shape.length : axis)) ?? [...shape.keys()];
  const places = [...new Set(given)].sort((a, b) => a - b);
  const first = places[0] ?? shape.length;
  if (places.some((place, i) => place !== first + i)) return undefined;
  const rows = rowsAround(shape, first, first + places.length);
  if (!canFold(rows)) return undefined;
  const factor = 1 / rows.count;
  return async ([input]) => {
    const mean = await foldRows(device, FOLDS.sum, { x: input!, rows, factor });
    try {
      const root = await foldRows(device, FOLDS.centredRoot, { x: input!, rows, centres: mean, factor });
      const variance = await releasing([root], () => runMap(device, VARIANCE, lineBox(root.count), [root]));
      return [mean.retain(), variance];
    } finally {
      mean.release();
    }
  };
};
