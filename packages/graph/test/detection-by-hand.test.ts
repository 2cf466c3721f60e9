import { buildGraph, createPlan } from '@mnnquant/graph';
import type { DetectionPostProcessParam, Proposal } from '@mnnquant/mnn-format';
import { describe, expect, it } from 'vitest';
import { blob, type GoldenCase, type GoldenInput, input, main } from './golden/golden-case.ts';
import { goldenModel } from './golden/golden-model.ts';
import { answers, tensor } from './support/by-hand.ts';

type Case = Omit<GoldenCase, 'title'>;

function postProcess(
  fields: Partial<DetectionPostProcessParam>,
  inputs: readonly GoldenInput[] = [
    tensor([1, 3, 4], new Array(12).fill(0)),
    tensor([1, 3, 3], [0.1, 0.6, 0.2, 0.7, 0.3, 0.4, 0.05, 0.02, 0.9]),
    tensor([3, 4], [0.5, 0.5, 1, 1, 2, 2, 1, 2, 0.5, 0.5, 1, 1.1]),
  ],
): Case {
  return {
    type: 'DetectionPostProcess',
    main: main('DetectionPostProcessParam', {
      ...{ maxDetections: 3, maxClassesPerDetection: 2, numClasses: 3, iouThreshold: 0.5 },
      ...{ nmsScoreThreshold: 0.1, centerSizeEncoding: Float32Array.of(1, 1, 1, 1) },
      ...fields,
    }),
    inputs,
    outputs: 4,
  };
}

const rounded = (data: ArrayLike<number>): number[] => Array.from(data, (x) => Math.round(x * 1000) / 1000);

// For several classes MNN 3.6.1 (and TFLite) leaves places out and writes behind its outputs; what lies behind the
// last box found is what was in memory (CPUDetectionPostProcess.cpp).
describe('DetectionPostProcess with two classes per box', () => {
  it('lists them one after the other, zeros behind', async () => {
    const [boxes, labels, scores, count] = await answers(postProcess({}));
    // The third box suppresses the first.
    const [third, second] = [
      [0, -0.05, 1, 1.05],
      [1.5, 1, 2.5, 3],
    ];
    expect(rounded(boxes.data)).toEqual([...third, ...third, ...second, ...second, ...new Array(8).fill(0)]);
    expect(rounded(labels.data)).toEqual([2, 0, 0, 2, 0, 0]);
    expect(rounded(scores.data)).toEqual([0.9, 0.05, 0.7, 0.4, 0, 0]);
    expect([...count.data]).toEqual([4]);
  });

  it('has no more classes than there are', async () => {
    const [, labels, , count] = await answers(postProcess({ maxClassesPerDetection: 9 }));
    expect(labels.shape).toEqual([1, 27]);
    expect([...count.data]).toEqual([6]);
  });

  it('leaves scores out that are not numbers', async () => {
    const scores = tensor([1, 1, 2], [Number.NaN, 0.5]);
    const inputs = [tensor([1, 1, 4], [0, 0, 0, 0]), scores, tensor([1, 4], [0, 0, 1, 1])];
    const [, labels, , count] = await answers(
      postProcess({ numClasses: 2, maxClassesPerDetection: 1 }, inputs),
    );
    expect([labels.data[0], count.data[0]]).toEqual([1, 1]);
  });
});

function proposal(fields: Partial<Proposal>, ...inputs: GoldenInput[]): Case {
  return {
    type: 'Proposal',
    main: main('Proposal', {
      ...{ featStride: 8, baseSize: 8, preNmsTopN: 9, afterNmsTopN: 2, nmsThreshold: 0.5, minSize: 2 },
      ratios: blob([1]),
      scales: blob([1]),
      ...fields,
    }),
    inputs,
    outputs: 2,
  };
}

const image = tensor([1, 3], [20, 20, 1]);
const packed = (shape: number[], data?: number[]): GoldenInput => ({
  shape,
  layout: 'NC4HW4',
  ...(data && { data }),
});

// MNN 3.6.1 sorts by a comparison that has no order then.
describe('Proposal', () => {
  it('of scores that are not numbers, and of boxes', async () => {
    const scores = packed([1, 2, 1, 3], [0, 0, 0, Number.NaN, 0.2, 0.4]);
    const deltas = packed([1, 4, 1, 3], [0, 0, Number.NaN, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    const [boxes, found] = await answers(proposal({ afterNmsTopN: 3 }, scores, deltas, image));
    expect([...boxes.data]).toEqual([0, 8, 0, 16, 8, 0, 0, 0, 8, 8, 0, 0, 0, 0, 0]);
    expect(rounded(found.data)).toEqual([0.2, Number.NaN, 0]);
  });
});

describe('what MNN does not take is refused', () => {
  const scores = packed([1, 2, 2, 2]);
  const deltas = packed([1, 4, 2, 2]);
  it.each<readonly [text: string, item: Case]>([
    ['MNN has no suppression per class: export the model', postProcess({ useRegularNMS: true })],
    ['expected classes and boxes, got 3, 0, 3', postProcess({ maxClassesPerDetection: 0 })],
    ['expected 4 scales of boxes, got 1', postProcess({ centerSizeEncoding: Float32Array.of(1) })],
    [
      'expected boxes [1,n,4], scores [1,n,3 or more] and anchors [n,4], got [2,3,4]',
      postProcess({}, [input([2, 3, 4]), input([2, 3, 3]), input([3, 4])]),
    ],
    ['at least 1 box to keep, got 0', proposal({ afterNmsTopN: 0 }, scores, deltas, image)],
    ['expected scales of anchors, got none', proposal({ scales: undefined }, scores, deltas, image)],
    [
      'one image with 2 channels, [1,2,2,2], got [2,2,2,2]',
      proposal({}, packed([2, 2, 2, 2]), deltas, image),
    ],
    ['with 4 channels, [1,4,2,2], got [1,8,2,2]', proposal({}, scores, packed([1, 8, 2, 2]), image)],
    ['expected height, width and scale of the image, got [2]', proposal({}, scores, deltas, input([2]))],
  ])('%s', (text, item) => {
    const { net } = goldenModel([{ ...item, title: 'case' }]);
    expect(() => createPlan(buildGraph(net))).toThrow(text);
  });
});
