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
