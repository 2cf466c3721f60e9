import type { PriorBox } from '@mnnquant/mnn-format';
import { type GoldenCase, type GoldenInput, input, main, noise } from './golden-case.ts';

function prior(title: string, fields: Partial<PriorBox>): GoldenCase {
  const variances = Float32Array.of(0.1, 0.1, 0.2, 0.25);
  const minSizes = Float32Array.of(30);
  return {
    title: `PriorBox, ${title}`,
    type: 'PriorBox',
    main: main('PriorBox', { minSizes, variances, offset: 0.5, ...fields }),
    inputs: [input([1, 8, 2, 3], 'NC4HW4'), input([1, 3, 10, 12], 'NC4HW4')],
  };
}

const COUNT = 12;

function fixed(shape: number[], data: Iterable<number>): GoldenInput {
  return { shape, layout: 'NC4HW4', data: Array.from(data) };
}

const priors = Array.from({ length: COUNT }, (_, i) => {
  const [x, y] = [(i % 4) / 5, Math.floor(i / 4) / 4];
  return [x, y, x + 0.35, y + 0.4];
}).flat();

const detectionInputs: GoldenInput[] = [
  fixed([1, COUNT * 4], noise(COUNT * 4, 5)),
  fixed(
    [1, COUNT * 3],
    noise(COUNT * 3, 7).map((value) => value / 4 + 0.5),
  ),
  fixed([1, 2, COUNT * 4, 1], [...priors, ...priors.map((_, i) => (i % 4 < 2 ? 0.1 : 0.2))]),
];

function detection(keepTopK: number, nmsThresholdold: number): GoldenCase {
  return {
    title: `DetectionOutput, keep ${keepTopK}, overlap ${nmsThresholdold}`,
    type: 'DetectionOutput',
    main: main('DetectionOutput', { classCount: 3, nmsThresholdold, keepTopK, confidenceThreshold: 0.2 }),
    inputs: detectionInputs,
  };
}

export const DETECTION: readonly GoldenCase[] = [
  prior('smallest only', {}),
  prior('largest, ratios, flipped', {
    maxSizes: Float32Array.of(60),
    aspectRatios: Float32Array.of(1, 2, 3),
    flip: true,
  }),
  prior('two sizes, clipped, given image and steps', {
    minSizes: Float32Array.of(30, 50),
    aspectRatios: Float32Array.of(2),
    clip: true,
    imageWidth: 64,
    imageHeight: 48,
    stepWidth: 20,
    stepHeight: 16,
    offset: 0.25,
  }),
  detection(4, 0.45),
  detection(7, 0.2),
];
