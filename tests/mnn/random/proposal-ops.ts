import { blob, type GoldenInput, main } from '../../../packages/graph/test/golden/golden-case.ts';
import type { Draw, Generator, RandomCase } from './draw.ts';

/** Different numbers between 0 and 1: of equal ones, MNN takes any first. */
function scores(draw: Draw, shape: readonly number[], layout: GoldenInput['layout']): GoldenInput {
  const count = shape.reduce((product, extent) => product * extent, 1);
  const data = draw.shuffled(Array.from({ length: count }, (_, i) => (i + 1) / (count + 2)));
  return { shape, data, layout };
}

function proposal(draw: Draw): RandomCase {
  const [ratios, scales] = [draw.some([0.5, 1, 2, 1.3]), draw.some([0.75, 1, 2.5])];
  const anchors = ratios.length * scales.length;
  const cells = draw.list(2, 1, 4);
  const image = [...draw.list(2, 24, 80), draw.pick(0.5, 1, 1.75)];
  return {
    type: 'Proposal',
    main: main('Proposal', {
      featStride: draw.int(8, 20),
      baseSize: draw.int(9, 24),
      preNmsTopN: draw.int(0, 30),
      afterNmsTopN: draw.int(1, 9),
      nmsThreshold: draw.number(0.1, 0.9),
      minSize: draw.int(0, 20),
      ratios: blob(ratios),
      scales: blob(scales),
    }),
    inputs: [
      scores(draw, [1, 2 * anchors, ...cells], 'NC4HW4'),
      { shape: [1, 4 * anchors, ...cells], layout: 'NC4HW4' },
      draw.bool() ? { shape: [1, 3], data: image } : { shape: [1, 3, 1, 1], layout: 'NC4HW4', data: image },
    ],
    outputs: 2,
  };
}

/** Boxes of a group lie upon each other, and far from those of other groups. */
const GROUP = 3;

/** No more boxes asked for than there are groups with a good one: MNN leaves the other rows as they were. */
function detectionPostProcess(draw: Draw): RandomCase {
  const [groups, numClasses, background] = [draw.int(1, 5), draw.int(1, 4), draw.int(0, 1)];
  const count = groups * GROUP;
  const width = numClasses + background;
  const given = scores(draw, [1, count, width], 'NCHW');
  const nmsScoreThreshold = draw.number(0, 0.75);
  const good = Array.from({ length: count }, (_, i) =>
    given.data!.slice(i * width + background, (i + 1) * width).some((score) => score > nmsScoreThreshold),
  );
  const found = new Set([...good.keys()].filter((i) => good[i]).map((i) => Math.floor(i / GROUP))).size;
  const anchors = Array.from({ length: count }, (_, i) => {
    const center = 20 * Math.floor(i / GROUP);
    return [center + draw.number(0, 1), center + draw.number(0, 1), draw.number(1, 2), draw.number(1, 2)];
  });
  if (found === 0) return detectionPostProcess(draw);
  return {
    type: 'DetectionPostProcess',
    main: main('DetectionPostProcessParam', {
      maxDetections: draw.int(1, found),
      maxClassesPerDetection: 1,
      nmsScoreThreshold,
      iouThreshold: draw.number(0.1, 0.9),
      numClasses,
      centerSizeEncoding: Float32Array.from(draw.list(4, 3, 10)),
    }),
    inputs: [{ shape: [1, count, draw.int(4, 6)] }, given, { shape: [count, 4], data: anchors.flat() }],
    outputs: 4,
  };
}

export const PROPOSAL_OPS: Readonly<Record<string, Generator>> = {
  Proposal: proposal,
  DetectionPostProcess: detectionPostProcess,
};
