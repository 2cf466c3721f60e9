import { CoordinateTransformationMode } from '@mnnquant/mnn-format';
import { type GoldenInput, main } from '../../../packages/graph/test/golden/golden-case.ts';
import type { Draw, Generator, RandomCase } from './draw.ts';
import type { KnownError } from './known-errors.ts';

/** Images, lines, and volumes by the nearest value only. */
function interp(draw: Draw): RandomCase {
  const x = draw.pick(volume, line, image, image, image)(draw);
  const deep = x.shape.length === 5;
  // The last mode crops by a region of interest, which the op has no input for.
  const modes = Object.values(CoordinateTransformationMode).filter(
    (mode) => mode !== CoordinateTransformationMode.TensorflowCropAndResize,
  );
  const ctm = draw.pick(...modes) as number;
  return {
    type: 'Interp',
    main: main('Interp', {
      ...sizes(draw, x.shape),
      resizeType: deep ? nearest(draw, x.shape) : draw.pick(1, 2, 3, 4),
      alignCorners: draw.bool(),
      halfPixelCenters: draw.bool(),
      widthOffset: draw.pick(0, 0.25),
      heightOffset: draw.pick(0, 0.25),
      depthOffset: draw.pick(0, 0.25),
      cubicCoeffA: draw.pick(-0.75, -0.5),
      ctm: ctm as 0,
    }),
    inputs: [x],
    tolerance: 1e-4,
  };
}

const image = (draw: Draw): GoldenInput => draw.image({ min: 1, max: 6 });
const line = (draw: Draw): GoldenInput => draw.tensor(image(draw).shape.slice(0, 3), 'NC4HW4');

function volume(draw: Draw): GoldenInput {
  const shape = [draw.int(1, 2), draw.int(1, 9), ...draw.list(3, 1, 5)];
  return draw.tensor(shape, draw.pick('NCHW', 'NC4HW4'));
}

/** Rounded, MNN 3.6.1 places every further four channels by the depth of the input, even into other memory. */
function nearest(draw: Draw, [, channels]: readonly number[]): number {
  return channels > 4 ? 1 : draw.pick(1, 4);
}

function sizes(draw: Draw, shape: readonly number[]) {
  const [outputHeight, outputWidth, outputDepth] = draw.list(3, 1, 9);
  const [height, width] = shape.slice(-2);
  const scales = { heightScale: outputHeight / height, widthScale: outputWidth / width };
  if (shape.length === 3) return { outputHeight, outputWidth: 1 };
  if (shape.length === 4) return { outputHeight, outputWidth, ...scales };
  return { outputHeight, outputWidth, outputDepth, depthScale: outputDepth / shape[2], ...scales };
}

/** Places by the file's own steps and offsets. */
function interp3d(draw: Draw): RandomCase {
  const x = volume(draw);
  const [outputDepth, outputHeight, outputWidth] = draw.list(3, 1, 6);
  const [depthScale, heightScale, widthScale] = draw.list(3, 1, 12).map((eighths) => eighths / 8);
  const [depthOffset, heightOffset, widthOffset] = draw.list(3, -8, 8).map((eighths) => eighths / 8);
  return {
    type: 'Interp3D',
    main: main('Interp', {
      ...{ outputDepth, outputHeight, outputWidth, depthScale, heightScale, widthScale },
      ...{ depthOffset, heightOffset, widthOffset },
      resizeType: nearest(draw, x.shape),
    }),
    inputs: [x],
  };
}

export const VOLUME_ERRORS: readonly KnownError[] = [
  {
    type: 'Interp',
    when: ({ main, inputs: [x] }) =>
      main?.type === 'Interp' &&
      x.shape.length === 5 &&
      main.value.outputDepth > 1 &&
      (main.value.ctm as number) === CoordinateTransformationMode.PytorchHalfPixels,
    why: 'writes the step of the depth over with its offset (ConvertUtils.hpp)',
  },
];

function resize(draw: Draw): RandomCase {
  const [xScale, yScale] = [draw.pick(0.5, 1.5, 2, 3), draw.pick(0.5, 1.5, 2, 3)];
  return {
    type: 'Resize',
    main: main('Resize', { xScale, yScale }),
    inputs: [draw.image({ min: 2, max: 6 })],
  };
}

export const RESIZE_OPS: Readonly<Record<string, Generator>> = {
  Interp: interp,
  Interp3D: interp3d,
  Resize: resize,
};
