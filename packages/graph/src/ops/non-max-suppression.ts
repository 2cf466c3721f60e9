import { OpType } from '@mnnquant/mnn-format';
import { GraphError, type OpDefinition } from '../op.ts';
import type { TensorData } from '../tensor.ts';
import { knownIntegers, required } from './support/inputs.ts';

/**
 * Indices of the best boxes that overlap little: boxes [n,4] (two opposite corners, y before x), scores [n],
 * most, overlap (0), least score → [min(most, n)], -1 behind the last one found. Of equal scores the first
 * comes first (TensorFlow's op; CPUNonMaxSuppressionV2.cpp, MNN 3.6.1).
 */
export const nonMaxSuppression: OpDefinition<Record<never, never>> = {
  name: 'NonMaxSuppressionV2',
  opTypes: [OpType.NonMaxSuppressionV2],
  parse: () => ({}),
  shape(_attributes, inputs, where) {
    const { shape, layout } = required(inputs, 0, where);
    const scores = required(inputs, 1, where).shape;
    if (shape.length !== 2 || shape[1] !== 4 || scores.length !== 1 || scores[0] !== shape[0])
      throw new GraphError(`${where}: expected boxes [n,4] and scores [n], got [${shape}] and [${scores}]`);
    const [most] = knownIntegers(inputs, 2, where);
    if (!(most >= 0)) throw new GraphError(`${where}: expected a number of boxes, got ${most}`);
    return [{ shape: [Math.min(most, shape[0])], dtype: 'int32', layout }];
  },
  reference(_attributes, inputs, [y]) {
    const boxes = required(inputs, 0, 'NonMaxSuppressionV2').data;
    const scores = required(inputs, 1, 'NonMaxSuppressionV2').data;
    const overlap = inputs[3]?.data[0] ?? 0;
    const least = inputs[4]?.data[0] ?? -Infinity;
    const order = [...scores.keys()].filter((i) => scores[i] > least).sort((a, b) => scores[b] - scores[a]);
    const picked: number[] = [];
    for (const i of order) {
      if (picked.length === y.data.length) break;
      if (!picked.some((j) => intersectionOverUnion(boxes, i, j) > overlap)) picked.push(i);
    }
    y.data.fill(-1);
    y.data.set(picked);
  },
  cases: [
    {
      title: 'overlapping, flipped and low boxes',
      attributes: {},
      inputs: [
        { shape: [5, 4], data: [0, 0, 1, 1, 1, 1.1, 0, 0.1, 2, 2, 3, 3, 0, 0.6, 1, 1.6, 5, 5, 6, 6] },
        { shape: [5], data: [0.9, 0.8, 0.7, 0.95, 0.1] },
        { shape: [], dtype: 'int32', data: [4] },
        { shape: [], data: [0.5] },
        { shape: [], data: [0.2] },
      ],
    },
  ],
};

function intersectionOverUnion(boxes: TensorData, i: number, j: number): number {
  const side = (k: number, axis: number): [number, number] => {
    const [a, b] = [boxes[k * 4 + axis], boxes[k * 4 + axis + 2]];
    return [Math.min(a, b), Math.max(a, b)];
  };
  const [areaI, areaJ] = [i, j].map((k) =>
    [0, 1].reduce((area, axis) => area * (side(k, axis)[1] - side(k, axis)[0]), 1),
  );
  if (areaI <= 0 || areaJ <= 0) return 0;
  const shared = [0, 1].reduce((area, axis) => {
    const [a, b] = [side(i, axis), side(j, axis)];
    return area * Math.max(0, Math.min(a[1], b[1]) - Math.max(a[0], b[0]));
  }, 1);
  return shared / (areaI + areaJ - shared);
}
