import { OpType } from '@mnnquant/mnn-format';
import { GraphError, type OpDefinition } from '../op.ts';
import type { HostTensor, TensorData } from '../tensor.ts';
import { overlapOfRows, pickApart } from './support/boxes.ts';
import { knownContents, required } from './support/inputs.ts';

/**
 * Indices of the best boxes that overlap little: boxes [n,4] (two opposite corners, y before x), scores [n],
 * most, overlap (0), least score → int32 [found]; with scores [batch,classes,n] and boxes [batch,n,4]
 * → [found,3] of batch, class, box. Of equal scores the first comes first.
 *
 * As MNN's Module interface (express/module/NMSModule.cpp, 3.6.1); a session always gives min(most, n) indices
 * with -1 behind the last one found.
 */
export const nonMaxSuppression: OpDefinition<Record<never, never>> = {
  name: 'NonMaxSuppressionV2',
  opTypes: [OpType.NonMaxSuppressionV2],
  parse: () => ({}),
  shape(_attributes, inputs, where) {
    const { shape, layout } = required(inputs, 0, where);
    const scores = required(inputs, 1, where).shape;
    checkShapes(shape, scores, where);
    const known = knownContents(inputs, where);
    const [most] = required(known, 2, where).data;
    if (!(most >= 0)) throw new GraphError(`${where}: expected a number of boxes, got ${most}`);
    const found = select(known);
    return [{ shape: scores.length > 1 ? [found.length / 3, 3] : [found.length], dtype: 'int32', layout }];
  },
  reference: (_attributes, inputs, [y]) => y.data.set(select(inputs)),
  cases: () => [
    {
      title: 'no box',
      attributes: {},
      inputs: [{ shape: [0, 4] }, { shape: [0] }, { shape: [], dtype: 'int32', data: [4] }],
    },
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

function checkShapes(boxes: readonly number[], scores: readonly number[], where: string): void {
  const [batch, , count] = scores.length === 3 ? scores : [1, 1, scores[0]];
  const expected = scores.length === 3 ? [batch, count, 4] : [count, 4];
  const fits = boxes.length === expected.length && boxes.every((extent, i) => extent === expected[i]);
  if (!fits || (scores.length !== 1 && scores.length !== 3))
    throw new GraphError(
      `${where}: expected boxes [n,4] and scores [n], or [batch,n,4] and [batch,classes,n], ` +
        `got [${boxes}] and [${scores}]`,
    );
}

/** The picked boxes of every batch and class. */
function select(inputs: readonly (HostTensor | undefined)[]): number[] {
  const boxes = required(inputs, 0, 'NonMaxSuppressionV2').data;
  const { shape, data: scores } = required(inputs, 1, 'NonMaxSuppressionV2');
  const limits = {
    most: inputs[2]?.data[0] ?? 0,
    overlap: inputs[3]?.data[0] ?? 0,
    least: inputs[4]?.data[0] ?? Number.NEGATIVE_INFINITY,
  };
  if (shape.length === 1) return pick(boxes, scores, limits);
  const [batches, classes, count] = shape;
  const found: number[] = [];
  for (let b = 0; b < batches; b++) {
    const own = boxes.subarray(b * count * 4, (b + 1) * count * 4);
    for (let c = 0; c < classes; c++) {
      const start = (b * classes + c) * count;
      for (const box of pick(own, scores.subarray(start, start + count), limits)) found.push(b, c, box);
    }
  }
  return found;
}

interface Limits {
  readonly most: number;
  readonly overlap: number;
  readonly least: number;
}

function pick(boxes: TensorData, scores: TensorData, { most, overlap, least }: Limits): number[] {
  const order = [...scores.keys()].filter((i) => scores[i] > least).sort((a, b) => scores[b] - scores[a]);
  return pickApart(order, Math.min(most, scores.length), (i, j) => overlapOfRows(boxes, i, j) > overlap);
}
