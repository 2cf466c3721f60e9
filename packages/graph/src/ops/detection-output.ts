import { OpType } from '@mnnquant/mnn-format';
import { GraphError, type OpDefinition } from '../op.ts';
import type { HostTensor } from '../tensor.ts';
import { elementCount } from '../tensor.ts';
import { overlapOfBoxes, pickApart } from './support/boxes.ts';
import { knownContents, required } from './support/inputs.ts';
import { parameter } from './support/parameter.ts';

export interface DetectionOutputAttributes {
  readonly classes: number;
  readonly overlap: number;
  readonly keep: number;
  readonly confidence: number;
  /** Least score of the refinement stage (RefineDet), with five inputs. */
  readonly objectness: number;
}

/**
 * The boxes a single shot detector has found: locations [1,4·P], confidences [1,P·classes], priors
 * [1,2,4·P,1] → [1,1,found,6] of label, score, x1, y1, x2, y2 by falling score, `keep` of them at most
 * (CPUDetectionOutput.cpp, MNN 3.6.1).
 */
export const detectionOutput: OpDefinition<DetectionOutputAttributes> = {
  name: 'DetectionOutput',
  opTypes: [OpType.DetectionOutput],
  parse(op, context) {
    const table = parameter(op, 'DetectionOutput', context);
    if (table.keepTopK < 1)
      throw new GraphError(`${context.where}: expected at least 1 box to keep, got ${table.keepTopK}`);
    return {
      classes: table.classCount,
      overlap: table.nmsThresholdold,
      keep: table.keepTopK,
      confidence: table.confidenceThreshold,
      objectness: table.objectnessScore,
    };
  },
  shape(attributes, inputs, where) {
    const { classes } = attributes;
    const [locations, confidences, priors] = [0, 1, 2].map((i) =>
      elementCount(required(inputs, i, where).shape),
    );
    if (priors % 8 !== 0 || locations !== priors / 2 || confidences !== (priors / 8) * classes)
      throw new GraphError(
        `${where}: expected locations and confidences of ${priors / 8} boxes and ${classes} classes, got ${locations} and ${confidences} numbers`,
      );
    const found = detect(attributes, knownContents(inputs, where));
    return [{ shape: [1, 1, found.length, 6], dtype: 'float32', layout: 'NC4HW4' }];
  },
  reference(attributes, inputs, [y]) {
    for (const [i, { label, score, box }] of detect(attributes, inputs).entries())
      y.data.set([label, score, ...box], i * 6);
  },
  cases: () => [
    {
      title: 'no box',
      attributes: { classes: 3, overlap: 0.4, keep: 4, confidence: 0.1, objectness: 0 },
      inputs: [{ shape: [1, 0] }, { shape: [1, 0] }, { shape: [1, 2, 0, 1] }],
    },
    {
      title: 'two classes',
      attributes: { classes: 3, overlap: 0.4, keep: 4, confidence: 0.1, objectness: 0 },
      inputs: [
        { shape: [1, 16], data: [0, 0, 0, 0, 0.1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.2, 0] },
        { shape: [1, 12], data: [0, 0.9, 0.3, 0, 0.8, 0.2, 0, 0.05, 0.7, 0, 0.25, 0.4] },
        {
          shape: [1, 2, 16, 1],
          data: [
            0,
            0,
            0.5,
            0.5,
            0.05,
            0,
            0.55,
            0.5,
            0.5,
            0.5,
            1,
            1,
            0.2,
            0.6,
            0.4,
            0.9,
            ...new Array(16).fill(0.1),
          ],
        },
      ],
    },
  ],
};

interface Found {
  readonly label: number;
  readonly score: number;
  /** x1, y1, x2, y2. */
  readonly box: Float64Array;
}

function detect(attributes: DetectionOutputAttributes, inputs: readonly (HostTensor | undefined)[]): Found[] {
  const { classes, confidence, objectness, keep } = attributes;
  const [locations, scores, priors] = [0, 1, 2].map((i) => required(inputs, i, 'DetectionOutput'));
  const count = priors.data.length / 8;
  const variances = priors.data.subarray(count * 4);
  const first = inputs[4] === undefined ? priors.data : decode(priors.data, variances, inputs[4], count);
  const boxes = decode(first, variances, locations, count);
  const refused = (j: number): boolean => (inputs[3]?.data[j * 2 + 1] ?? Infinity) < objectness;
  const found: Found[] = [];
  for (let label = 1; label < classes; label++) {
    const candidates: Found[] = [];
    for (let j = 0; j < count; j++) {
      const score = inputs[4] !== undefined && refused(j) ? 0 : scores.data[j * classes + label];
      if (score > confidence) candidates.push({ label, score, box: boxes.subarray(j * 4, j * 4 + 4) });
    }
    found.push(...suppress(candidates, attributes));
  }
  return byScore(found).slice(0, keep);
}

function decode(
  priors: ArrayLike<number>,
  variances: ArrayLike<number>,
  { data }: HostTensor,
  count: number,
): Float64Array {
  const boxes = new Float64Array(count * 4);
  for (let i = 0; i < count * 4; i += 4) {
    for (const axis of [0, 1]) {
      const [low, high] = [priors[i + axis], priors[i + axis + 2]];
      const size = high - low;
      const center = variances[i + axis] * data[i + axis] * size + (low + high) / 2;
      const half = (Math.exp(variances[i + axis + 2] * data[i + axis + 2]) * size) / 2;
      boxes[i + axis] = center - half;
      boxes[i + axis + 2] = center + half;
    }
  }
  return boxes;
}

function byScore(found: readonly Found[]): Found[] {
  return [...found].sort((a, b) => b.score - a.score);
}

/** The best of every group of boxes that overlap. */
function suppress(candidates: readonly Found[], { overlap, keep }: DetectionOutputAttributes): Found[] {
  return pickApart(byScore(candidates), keep, (a, b) => overlapOfBoxes(a.box, b.box) > overlap);
}
