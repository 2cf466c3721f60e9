import type { AxisAttributes } from '@mnnquant/graph';
import { broadcastBox } from './box.ts';
import type { KernelBinder } from './context.ts';
import { expOf } from './float-functions.ts';
import { canFold, foldRows } from './fold-rows.ts';
import { FOLDS } from './folds.ts';
import { mapPrograms, runMap } from './map.ts';
import { allFloat, releasing, rowsAround } from './support.ts';

const SHARE = mapPrograms({
  name: 'softmax',
  operands: ['x', 'most', 'sum'],
  compute: `
    const distance = x - most;
    ${expOf('e', 'distance')}
    return e / sum;`,
});

/** y = e^(x - max) / Σ e^(x - max) along one axis. */
export const bindSoftmax: KernelBinder = ({ device }, node, inputs) => {
  const { axis } = node.attributes as AxisAttributes;
  if (!allFloat(inputs)) return undefined;
  const [{ shape }] = inputs;
  const at = axis < 0 ? axis + shape.length : axis;
  const rows = rowsAround(shape, at, at + 1);
  const results = [rows.outer, 1, rows.inner];
  const box = broadcastBox(
    [rows.outer, rows.count, rows.inner],
    [[rows.outer, rows.count, rows.inner], results, results],
  );
  if (box === undefined || !canFold(rows)) return undefined;
  return async ([input]) => {
    const x = input!;
    const most = await foldRows(device, FOLDS.maximum, { x, rows });
    return releasing([most], async () => {
      const sum = await foldRows(device, FOLDS.exponentials, { x, rows, centres: most });
      return releasing([sum], async () => [await runMap(device, SHARE, box, [x, most, sum])]);
    });
  };
};
