import { CoordinateTransformationMode as Mode } from '@mnnquant/mnn-format';
import { type GoldenCase, input, ints, main } from './golden-case.ts';

const MODES = Object.entries(Mode).filter(([name]) => name !== 'TensorflowCropAndResize');
const METHODS = { nearest: 1, bilinear: 2, cubic: 3, 'nearest-rounded': 4 };

function interp(
  title: string,
  shape: number[],
  fields: object,
  layout: 'NC4HW4' | 'NHWC' | 'NCHW' = 'NC4HW4',
): GoldenCase {
  return {
    title,
    type: 'Interp',
    main: main('Interp', fields),
    inputs: [input(shape, layout)],
    tolerance: 1e-5,
  };
}

export const INTERP: readonly GoldenCase[] = [
  ...Object.entries(METHODS).flatMap(([method, resizeType]) =>
    MODES.flatMap(([name, ctm]) =>
      [
        [5, 7],
        [2, 1],
      ].map(([outputHeight, outputWidth]) =>
        interp(`${method}, ${name}, to ${outputHeight}x${outputWidth}`, [1, 1, 3, 4], {
          resizeType,
          ctm,
          outputHeight,
          outputWidth,
        }),
      ),
    ),
  ),
  interp('scales', [1, 2, 3, 3], { resizeType: 2, heightScale: 2, widthScale: 3 }),
  interp('old align corners', [1, 1, 3, 4], {
    resizeType: 2,
    alignCorners: true,
    outputHeight: 5,
    outputWidth: 6,
  }),
  interp('old half pixels', [1, 1, 3, 4], {
    resizeType: 2,
    halfPixelCenters: true,
    outputHeight: 5,
    outputWidth: 6,
  }),
  interp('old half pixels, nearest', [1, 1, 3, 4], {
    resizeType: 1,
    halfPixelCenters: true,
    outputHeight: 5,
    outputWidth: 6,
  }),
  interp('nearest by thirds', [1, 1, 1, 30], { resizeType: 1, outputHeight: 1, outputWidth: 20 }),
  interp('nearest by 41/49', [1, 1, 1, 41], { resizeType: 1, outputHeight: 1, outputWidth: 49 }),
  interp('NHWC', [1, 3, 4, 3], { resizeType: 2, outputHeight: 5, outputWidth: 6 }, 'NHWC'),
  ...Object.entries(METHODS).map(([name, resizeType]) => ({
    // Not by factors: MNN leaves the one of the width to chance (GeometryImageOp.cpp, ShapeInterp.cpp).
    title: `${name}, lines`,
    type: 'Interp' as const,
    main: main('Interp', { resizeType, ctm: Mode.HalfPixels, outputHeight: 10, outputWidth: 1 }),
    inputs: [input([2, 5, 4], 'NC4HW4')],
    tolerance: 1e-5,
  })),
  {
    title: 'another cubic coefficient, which does not count',
    type: 'Interp',
    main: main('Interp', { resizeType: 3, cubicCoeffA: -0.5, outputHeight: 5, outputWidth: 7 }),
    inputs: [input([1, 2, 3, 4], 'NC4HW4')],
    tolerance: 1e-5,
  },
  {
    title: 'size from an input',
    type: 'Interp',
    main: main('Interp', { resizeType: 2, ctm: Mode.HalfPixels }),
    inputs: [input([1, 2, 3, 4], 'NC4HW4'), ints(1, 2, 6, 5)],
    tolerance: 1e-5,
  },
  {
    title: 'height and width from an input',
    type: 'Interp',
    main: main('Interp', { resizeType: 1 }),
    inputs: [input([1, 2, 3, 4], 'NC4HW4'), ints(6, 5)],
    tolerance: 1e-5,
  },
  {
    title: 'scales from an input',
    type: 'Interp',
    main: main('Interp', { resizeType: 2, ctm: Mode.Asymmetric }),
    inputs: [input([1, 2, 3, 4], 'NC4HW4'), { shape: [4], data: [1, 1, 2.5, 1.6], constant: true }],
    tolerance: 1e-5,
  },
];

/** Not pytorch_half_pixels, nor more than 4 channels rounded: MNN 3.6.1 misplaces both (volumes-by-hand.test.ts). */
const VOLUME_MODES = MODES.filter(([name]) => name !== 'PytorchHalfPixels');

function volume(title: string, fields: object, more: Partial<GoldenCase> = {}): GoldenCase {
  return {
    title: `a volume, ${title}`,
    type: 'Interp',
    main: main('Interp', fields),
    inputs: [input([2, 3, 3, 2, 4], 'NC4HW4')],
    ...more,
  };
}

export const VOLUMES: readonly GoldenCase[] = [
  ...[METHODS.nearest, METHODS['nearest-rounded']].flatMap((resizeType) =>
    VOLUME_MODES.flatMap(([name, ctm]) =>
      [
        [3, 5, 7],
        [3, 1, 2],
        [5, 2, 3],
        [1, 4, 4],
      ].map(([outputDepth, outputHeight, outputWidth]) => {
        const size = { outputDepth, outputHeight, outputWidth };
        return volume(`${resizeType}, ${name}, to ${Object.values(size).join('x')}`, {
          resizeType,
          ctm,
          ...size,
        });
      }),
    ),
  ),
  volume('old align corners', {
    resizeType: 1,
    alignCorners: true,
    outputDepth: 5,
    outputHeight: 3,
    outputWidth: 6,
  }),
  volume('old half pixels, rounded', {
    resizeType: 4,
    halfPixelCenters: true,
    outputDepth: 5,
    outputHeight: 3,
    outputWidth: 6,
  }),
  volume('scales', { resizeType: 1, depthScale: 2, heightScale: 1.5, widthScale: 0.5 }),
  volume(
    'NCHW, many channels',
    { resizeType: 1, outputDepth: 5, outputHeight: 3, outputWidth: 6 },
    {
      inputs: [input([2, 21, 3, 2, 4])],
    },
  ),
  volume(
    'size from an input',
    { resizeType: 1 },
    {
      inputs: [input([1, 5, 3, 2, 4], 'NC4HW4'), ints(1, 5, 4, 3, 2)],
    },
  ),
  volume(
    'scales from an input',
    { resizeType: 4, ctm: Mode.HalfPixels },
    {
      inputs: [input([1, 4, 3, 2, 4], 'NC4HW4'), { shape: [5], data: [1, 1, 1.7, 2.5, 1.6], constant: true }],
    },
  ),
];

function interp3d(title: string, fields: object, shape = [2, 3, 3, 4, 4]): GoldenCase {
  const table = { resizeType: 1, outputDepth: 5, outputHeight: 3, outputWidth: 2, ...fields };
  return { title, type: 'Interp3D', main: main('Interp', table), inputs: [input(shape, 'NC4HW4')] };
}

const steps = { depthScale: 0.6, heightScale: 1.25, widthScale: 2 };

export const INTERP3D: readonly GoldenCase[] = [
  interp3d('nearest', steps),
  interp3d('nearest, many channels', steps, [2, 21, 3, 4, 4]),
  interp3d('offsets', { ...steps, depthOffset: -0.2, heightOffset: 0.5, widthOffset: 1 }),
  interp3d('rounded', { ...steps, resizeType: 4, depthOffset: -0.2 }),
  interp3d('far outside', {
    depthScale: 10,
    heightScale: -3,
    widthScale: 0,
    depthOffset: -7,
    heightOffset: 99,
  }),
  interp3d('size by scales', { outputDepth: 0, depthScale: 2, heightScale: 1, widthScale: 0.5 }),
];
