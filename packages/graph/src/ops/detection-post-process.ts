import { OpType } from '@mnnquant/mnn-format';
import { exp } from '../math/index.ts';
import { GraphError, type OpDefinition } from '../op.ts';
import type { HostTensor, TensorDesc } from '../tensor.ts';
import { compareFalling, overlapOfRows, pickApart } from './support/boxes.ts';
import { required } from './support/inputs.ts';
import { optionalParameter, parameter } from './support/parameter.ts';

export interface DetectionPostProcessAttributes {
  readonly classes: number;
  readonly classesPerBox: number;
  readonly most: number;
  readonly overlap: number;
  readonly least: number;
  /** What the deltas of y, x, height and width are divided by. */
  readonly scales: readonly number[];
}

/**
 * TFLite's end of a single shot detector: box deltas [1,N,4 or more] as y, x, height, width, scores
 * [1,N,classes, or a class of background before them], anchors [N,4] → boxes [1,n,4] as y1, x1, y2, x2, classes
 * [1,n], scores [1,n] by falling score and how many there are [1]; n: `most` boxes of `classesPerBox` classes.
 *
 * As the "fast" suppression, on the best class of each box (CPUDetectionPostProcess.cpp, MNN 3.6.1). What lies
 * behind the last box found is 0 here and undefined in MNN; boxes with several classes follow each other here,
 * where MNN (and TFLite) leaves places out and writes behind its outputs.
 */
export const detectionPostProcess: OpDefinition<DetectionPostProcessAttributes> = {
  name: 'DetectionPostProcess',
  opTypes: [OpType.DetectionPostProcess],
  refuses: (op) =>
    optionalParameter(op, 'DetectionPostProcessParam')?.useRegularNMS
      ? 'MNN has no suppression per class: export the model with use_regular_nms false, or cut it off before and quantize the rest.'
      : undefined,
  parse(op, context) {
    const table = parameter(op, 'DetectionPostProcessParam', context);
    const { where } = context;
    const counts = [table.numClasses, table.maxClassesPerDetection, table.maxDetections];
    if (counts.some((count) => count < 1))
      throw new GraphError(`${where}: expected classes and boxes, got ${counts.join(', ')} of them`);
    const scales = Array.from(table.centerSizeEncoding ?? []);
    if (scales.length !== 4)
      throw new GraphError(`${where}: expected 4 scales of boxes, got ${scales.length}`);
    return {
      classes: table.numClasses,
      classesPerBox: table.maxClassesPerDetection,
      most: table.maxDetections,
      overlap: table.iouThreshold,
      least: table.nmsScoreThreshold,
      scales,
    };
  },
  shape({ classes, classesPerBox, most }, inputs, where) {
    const [deltas, scores, anchors] = [0, 1, 2].map((i) => required(inputs, i, where).shape);
    const [batch, count, width] = deltas;
    const fits =
      deltas.length === 3 &&
      batch === 1 &&
      width >= 4 &&
      scores.length === 3 &&
      scores[0] === 1 &&
      scores[1] === count &&
      scores[2] >= classes &&
      String(anchors) === String([count, 4]);
    if (!fits)
      throw new GraphError(
        `${where}: expected boxes [1,n,4], scores [1,n,${classes} or more] and anchors [n,4], got [${deltas}], [${scores}] and [${anchors}]`,
      );
    const slots = most * classesPerBox;
    const made = (...shape: number[]): TensorDesc => ({ shape, dtype: 'float32', layout: 'NCHW' });
    return [made(1, slots, 4), made(1, slots), made(1, slots), made(1)];
  },
  reference(attributes, inputs, [boxes, labels, scores, count]) {
    for (const { data } of [boxes, labels, scores]) data.fill(0);
    const all = decode(attributes, required(inputs, 0, 'DetectionPostProcess'), required(inputs, 2, ''));
    const table = required(inputs, 1, 'DetectionPostProcess');
    let next = 0;
    for (const { row, ranked } of detect(attributes, all, table))
      for (const { label, score } of ranked) {
        boxes.data.set(all.subarray(row * 4, row * 4 + 4), next * 4);
        labels.data[next] = label;
        scores.data[next++] = score;
      }
    count.data[0] = next;
  },
  cases: () => [
    {
      title: 'one class per box, background first',
      attributes: { classes: 2, classesPerBox: 1, most: 3, overlap: 0.5, least: 0.1, scales: [10, 10, 5, 5] },
      inputs: [
        { shape: [1, 4, 4] },
        { shape: [1, 4, 3], data: [0.9, 0.2, 0.7, 0, 0.6, 0.1, 0, 0.05, 0.09, 0, 0.3, 0.4] },
        { shape: [4, 4], data: [0.5, 0.5, 1, 1, 0.5, 0.6, 1, 1, 0.2, 0.2, 0.3, 0.3, 0.8, 0.1, 0.3, 0.2] },
      ],
    },
    {
      title: 'no box',
      attributes: { classes: 2, classesPerBox: 1, most: 2, overlap: 0.5, least: 0.1, scales: [10, 10, 5, 5] },
      inputs: [{ shape: [1, 0, 4] }, { shape: [1, 0, 3] }, { shape: [0, 4] }],
    },
    {
      title: 'two classes per box, key points',
      attributes: { classes: 3, classesPerBox: 2, most: 2, overlap: 0.3, least: 0, scales: [1, 1, 1, 1] },
      inputs: [
        { shape: [1, 3, 6] },
        { shape: [1, 3, 3], data: [0.5, 0.2, 0.7, 0.1, 0.6, 0.15, 0.3, 0.05, 0.09] },
        { shape: [3, 4], data: [0.5, 0.5, 0.2, 0.2, 5, 5, 1, 1, 9, 9, 1, 2] },
      ],
    },
  ],
};

interface Detection {
  readonly row: number;
  /** Its classes by falling score. */
  readonly ranked: readonly { readonly label: number; readonly score: number }[];
}

/** Corners y1, x1, y2, x2 of every box. */
function decode(
  { scales }: DetectionPostProcessAttributes,
  { shape, data: deltas }: HostTensor,
  { data: anchors }: HostTensor,
): Float64Array {
  const [, count, width] = shape;
  const boxes = new Float64Array(count * 4);
  for (let i = 0; i < count; i++)
    for (const axis of [0, 1]) {
      const [center, size] = [anchors[i * 4 + axis], anchors[i * 4 + axis + 2]];
      const middle = (deltas[i * width + axis] / scales[axis]) * size + center;
      const half = (exp(deltas[i * width + axis + 2] / scales[axis + 2]) * size) / 2;
      boxes[i * 4 + axis] = middle - half;
      boxes[i * 4 + axis + 2] = middle + half;
    }
  return boxes;
}

function detect(
  { classes, classesPerBox, most, overlap, least }: DetectionPostProcessAttributes,
  boxes: Float64Array,
  { shape, data }: HostTensor,
): Detection[] {
  const [, count, width] = shape;
  const detections = Array.from({ length: count }, (_, row) => {
    const own = data.subarray((row + 1) * width - classes, (row + 1) * width);
    const ranked = Array.from(own, (score, label) => ({ label, score }));
    ranked.sort((a, b) => compareFalling(a.score, b.score));
    return { row, ranked: ranked.slice(0, classesPerBox) };
  });
  const good = detections.filter(({ ranked }) => ranked[0].score > least);
  good.sort((a, b) => b.ranked[0].score - a.ranked[0].score);
  return pickApart(good, most, (a, b) => overlapOfRows(boxes, a.row, b.row) > overlap);
}
