import type { DetectionPostProcessParam, Proposal } from '@mnnquant/mnn-format';
import { blob, type GoldenCase, type GoldenInput, input, main } from './golden-case.ts';

/** Different numbers from 0 to 1 in no order, so that scores have one. */
function scores(shape: readonly number[]): GoldenInput {
  const count = shape.reduce((product, extent) => product * extent, 1);
  // Odd and no divisor of the modulus: every place is met once.
  const data = Array.from({ length: count }, (_, i) => ((i * 389 + 71) % 1021) / 1024);
  return { shape, data, layout: shape.length === 4 ? 'NC4HW4' : 'NCHW' };
}

function proposal(
  title: string,
  fields: Partial<Proposal>,
  [ratios, scales]: readonly [number[], number[]] = [
    [0.5, 1, 2],
    [1, 2],
  ],
  image: GoldenInput = { shape: [1, 3], data: [60, 80, 1] },
): GoldenCase {
  const anchors = ratios.length * scales.length;
  return {
    title: `Proposal, ${title}`,
    type: 'Proposal',
    main: main('Proposal', {
      ...{ featStride: 16, baseSize: 16, preNmsTopN: 40, afterNmsTopN: 8, nmsThreshold: 0.5, minSize: 6 },
      ratios: blob(ratios),
      scales: blob(scales),
      ...fields,
    }),
    inputs: [scores([1, 2 * anchors, 4, 5]), input([1, 4 * anchors, 4, 5], 'NC4HW4'), image],
    outputs: 2,
  };
}

export const PROPOSALS: readonly GoldenCase[] = [
  proposal('three ratios, two scales', {}),
  proposal('all compete, little overlap', { preNmsTopN: 0, nmsThreshold: 0.1 }),
  proposal('few compete', { preNmsTopN: 6 }),
  proposal('large ones only, other stride and base', { minSize: 14, featStride: 10, baseSize: 11 }),
  proposal('a scaled image, packed', { minSize: 8 }, [[1.3], [0.9, 1.7, 3]], {
    ...{ shape: [1, 3, 1, 1], layout: 'NC4HW4' },
    data: [44, 70, 1.5],
  }),
  proposal('none large enough', { minSize: 90 }),
];

const COUNT = 10;

/** Centers on a grid: neighbours overlap, others do not. */
const anchors = Array.from({ length: COUNT }, (_, i) => [
  ...[Math.floor(i / 5) + 0.5, (i % 5) / 2 + 0.5],
  ...[0.8, 0.8 + (i % 3) / 8],
]).flat();

function postProcess(
  title: string,
  width: number,
  background: number,
  fields: Partial<DetectionPostProcessParam>,
): GoldenCase {
  const numClasses = fields.numClasses ?? 3;
  return {
    title: `DetectionPostProcess, ${title}`,
    type: 'DetectionPostProcess',
    main: main('DetectionPostProcessParam', {
      ...{ maxDetections: 4, maxClassesPerDetection: 1, numClasses, nmsScoreThreshold: 0.1 },
      ...{ iouThreshold: 0.4, centerSizeEncoding: Float32Array.of(10, 10, 5, 5) },
      ...fields,
    }),
    inputs: [
      input([1, COUNT, width]),
      scores([1, COUNT, numClasses + background]),
      { shape: [COUNT, 4], data: anchors },
    ],
    outputs: 4,
  };
}

export const POST_PROCESS: readonly GoldenCase[] = [
  postProcess('background first', 4, 1, {}),
  postProcess('no background, one class', 4, 0, { numClasses: 1, maxDetections: 3 }),
  postProcess('more overlap, other scales', 4, 1, {
    iouThreshold: 0.75,
    maxDetections: 6,
    centerSizeEncoding: Float32Array.of(8, 6, 4, 3),
  }),
  postProcess('key points', 7, 1, { nmsScoreThreshold: 0.5, maxDetections: 3 }),
];
