import { OpType } from '@mnnquant/mnn-format';
import { spatialAxis } from '../format.ts';
import { exp } from '../math/index.ts';
import { GraphError, type OpDefinition, type ParseContext } from '../op.ts';
import type { HostTensor, TensorDesc } from '../tensor.ts';
import { compareFalling, overlapOfBoxes, pickApart } from './support/boxes.ts';
import { required } from './support/inputs.ts';
import { parameter } from './support/parameter.ts';

export interface ProposalAttributes {
  /** x1, y1, x2, y2 around the first cell: one for each ratio and scale, scales running faster. */
  readonly anchors: readonly (readonly number[])[];
  /** Pixels between cells. */
  readonly stride: number;
  /** So many boxes of the highest score compete; 0 or less: all. */
  readonly considered: number;
  /** Rows of the output. */
  readonly kept: number;
  readonly overlap: number;
  /** Least width and height, in pixels of the image before it was scaled. */
  readonly minSize: number;
}

/**
 * Where a region network (Faster R-CNN) takes objects to be: scores [1,2·A,H,W] (the second half: of an object),
 * box deltas [1,4·A,H,W], image [height, width, scale] → [kept,5,1,1] of 0, x1, y1, x2, y2 by falling score, and
 * the scores [kept,1,1,1]. Rows behind the last box found are 0.
 *
 * Of equal scores the first comes first; MNN takes them in the order of C++'s `sort`. `anchors` of the file are
 * ignored: they follow from the ratios and scales (CPUProposal.cpp, MNN 3.6.1).
 */
export const proposal: OpDefinition<ProposalAttributes> = {
  name: 'Proposal',
  opTypes: [OpType.Proposal],
  parse(op, context) {
    const table = parameter(op, 'Proposal', context);
    if (table.afterNmsTopN < 1)
      throw new GraphError(`${context.where}: expected at least 1 box to keep, got ${table.afterNmsTopN}`);
    const ratios = numbers(table.ratios, 'ratios', context);
    const scales = numbers(table.scales, 'scales', context);
    return {
      anchors: anchorsOf(table.baseSize, ratios, scales),
      stride: table.featStride,
      considered: table.preNmsTopN,
      kept: table.afterNmsTopN,
      overlap: table.nmsThreshold,
      minSize: table.minSize,
    };
  },
  shape({ anchors, kept }, inputs, where) {
    const [scores, deltas, image] = [0, 1, 2].map((i) => required(inputs, i, where));
    const [height, width] = cellsOf(scores);
    checkShape(scores, 2 * anchors.length, [height, width], where);
    checkShape(deltas, 4 * anchors.length, [height, width], where);
    if (image.shape.reduce((product, extent) => product * extent, 1) < 3)
      throw new GraphError(`${where}: expected height, width and scale of the image, got [${image.shape}]`);
    const rows = (extent: number): TensorDesc => ({
      shape: [kept, extent, 1, 1],
      dtype: 'float32',
      layout: scores.layout,
    });
    return [rows(5), rows(1)];
  },
  reference(attributes, inputs, [boxes, scores]) {
    boxes.data.fill(0);
    scores?.data.fill(0);
    for (const [row, { box, score }] of propose(attributes, inputs).entries()) {
      boxes.data.set(box, row * 5 + 1);
      if (scores) scores.data[row] = score;
    }
  },
  cases: () => [
    {
      title: 'two ratios and two scales',
      attributes: {
        anchors: anchorsOf(16, [0.5, 2], [1, 2]),
        stride: 16,
        considered: 20,
        kept: 6,
        overlap: 0.6,
        minSize: 8,
      },
      inputs: [
        { shape: [1, 8, 3, 4], layout: 'NC4HW4' },
        { shape: [1, 16, 3, 4], layout: 'NC4HW4' },
        { shape: [1, 3], data: [48, 64, 1] },
      ],
    },
    {
      title: 'fewer boxes than rows',
      attributes: {
        anchors: anchorsOf(8, [1], [1]),
        stride: 8,
        considered: 0,
        kept: 5,
        overlap: 0.7,
        minSize: 7,
      },
      inputs: [
        { shape: [1, 2, 1, 2], layout: 'NC4HW4' },
        { shape: [1, 4, 1, 2], layout: 'NC4HW4', data: [0, 0, 0, 0, 0, -9, 0, 0] },
        { shape: [1, 3, 1, 1], layout: 'NC4HW4', data: [16, 16, 1] },
      ],
    },
  ],
};

interface Candidate {
  readonly box: readonly number[];
  readonly score: number;
}

function numbers(
  blob: { readonly float32s?: Float32Array } | undefined,
  name: string,
  { where }: ParseContext,
): Float32Array {
  if (blob?.float32s === undefined || blob.float32s.length === 0)
    throw new GraphError(`${where}: expected ${name} of anchors, got none`);
  return blob.float32s;
}

/** As MNN rounds them: in single precision, to whole pixels before the scale. */
function anchorsOf(baseSize: number, ratios: Iterable<number>, scales: Iterable<number>): number[][] {
  const center = baseSize / 2;
  return [...ratios].flatMap((ratio) => {
    const width = Math.round(Math.fround(baseSize / Math.fround(Math.sqrt(ratio))));
    const height = Math.round(Math.fround(width * ratio));
    return [...scales].map((scale) => {
      const [halfWidth, halfHeight] = [(width * scale) / 2, (height * scale) / 2];
      return [center - halfWidth, center - halfHeight, center + halfWidth, center + halfHeight];
    });
  });
}

function cellsOf({ shape, layout }: TensorDesc | HostTensor): [height: number, width: number] {
  const axis = spatialAxis(layout);
  return [shape[axis], shape[axis + 1]];
}

function checkShape({ shape, layout }: TensorDesc, channels: number, cells: number[], where: string): void {
  const wanted = layout === 'NHWC' ? [1, ...cells, channels] : [1, channels, ...cells];
  if (String(shape) !== String(wanted))
    throw new GraphError(
      `${where}: expected one image with ${channels} channels, [${wanted}], got [${shape}]; cut the model off before it for more images`,
    );
  if (layout === 'NHWC')
    throw new GraphError(
      `${where}: expected scores and boxes in NC4HW4 or NCHW, got NHWC; convert them before`,
    );
}

function propose(attributes: ProposalAttributes, inputs: readonly (HostTensor | undefined)[]): Candidate[] {
  const { considered, kept, overlap } = attributes;
  const candidates = candidatesOf(attributes, inputs).sort((a, b) => compareFalling(a.score, b.score));
  const best = considered > 0 ? candidates.slice(0, considered) : candidates;
  return pickApart(best, kept, (a, b) => overlapOfBoxes(a.box, b.box) > overlap);
}

/** The boxes of all anchors and cells, cut at the image's border; none that is too small or not a number. */
function candidatesOf(
  { anchors, stride, minSize }: ProposalAttributes,
  inputs: readonly (HostTensor | undefined)[],
): Candidate[] {
  const [scores, deltas, image] = [0, 1, 2].map((i) => required(inputs, i, 'Proposal'));
  const [height, width] = cellsOf(scores);
  const [imageHeight, imageWidth, imageScale] = image.data;
  const area = height * width;
  const least = minSize * imageScale;
  const found: Candidate[] = [];
  for (const [a, [x1, y1, x2, y2]] of anchors.entries())
    for (let cell = 0; cell < area; cell++) {
      const delta = (k: number): number => deltas.data[(a * 4 + k) * area + cell];
      const column = cell % width;
      const side = (low: number, size: number, k: number, limit: number): [number, number] => {
        const center = low + size / 2 + size * delta(k);
        const half = (size * exp(delta(k + 2))) / 2;
        return [clamp(center - half, limit), clamp(center + half, limit)];
      };
      const [left, right] = side(x1 + column * stride, x2 - x1, 0, imageWidth - 1);
      const [top, bottom] = side(y1 + ((cell - column) / width) * stride, y2 - y1, 1, imageHeight - 1);
      if (right - left + 1 >= least && bottom - top + 1 >= least)
        found.push({
          box: [left, top, right, bottom],
          score: scores.data[(anchors.length + a) * area + cell],
        });
    }
  return found;
}

function clamp(value: number, most: number): number {
  return Math.max(Math.min(value, most), 0);
}
