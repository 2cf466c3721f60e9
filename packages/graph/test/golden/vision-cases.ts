import { BorderMode, SampleMode } from '@mnnquant/mnn-format';
import { type GoldenCase, input, main, noise } from './golden-case.ts';

function gridSample(mode: number, paddingMode: number, alignCorners: boolean, deep: boolean): GoldenCase {
  return {
    title: `GridSample, mode ${mode}, padding ${paddingMode}${alignCorners ? ', corners aligned' : ''}${deep ? ', 5-D' : ''}`,
    type: 'GridSample',
    main: main('GridSample', { mode, paddingMode, alignCorners }),
    inputs: deep
      ? [input([1, 5, 3, 4, 5], 'NC4HW4'), input([1, 2, 3, 4, 3])]
      : [input([2, 5, 4, 6], 'NC4HW4'), input([2, 3, 5, 2])],
  };
}

const modes = [SampleMode.BILINEAR, SampleMode.NEAREST];
const borders = [BorderMode.ZEROS, BorderMode.CLAMP, BorderMode.REFLECTION];

export const GRID_SAMPLE: readonly GoldenCase[] = modes.flatMap((mode) =>
  borders.flatMap((border) =>
    [false, true].flatMap((corners) => [false, true].map((deep) => gridSample(mode, border, corners, deep))),
  ),
);

function crop(axis: number, offset: number[], shape: number[], size: number[]): GoldenCase {
  return {
    title: `Crop, axis ${axis}, offset ${offset}`,
    type: 'Crop',
    main: main('Crop', { axis, offset: Int32Array.from(offset) }),
    inputs: [input(shape, 'NC4HW4'), input(size, 'NC4HW4')],
  };
}

export const CROP: readonly GoldenCase[] = [
  crop(2, [2], [2, 5, 6, 7], [2, 5, 3, 4]),
  crop(2, [1, 3], [2, 5, 6, 7], [2, 3, 3, 4]),
  crop(1, [2, 1, 0], [1, 5, 4, 3], [1, 2, 3, 3]),
];

function lrn(regionType: number, localSize: number, shape: number[]): GoldenCase {
  return {
    title: `LRN, region ${regionType}, size ${localSize}, [${shape}]`,
    type: 'LRN',
    main: main('LRN', { regionType, localSize, alpha: 0.5, beta: 0.75, bias: 1.5 }),
    inputs: [input(shape, 'NC4HW4')],
    // MNN's power is an approximation.
    tolerance: 1e-5,
  };
}

function normalize(acrossSpatial: number): GoldenCase {
  return {
    title: `Normalize, across spatial ${acrossSpatial}`,
    type: 'Normalize',
    main: main('Normalize', { acrossSpatial, channelShared: 0, eps: 1e-3, scale: noise(5, 3) }),
    inputs: [input([2, 5, 3, 4], 'NC4HW4')],
  };
}

export const RESPONSE_NORMS: readonly GoldenCase[] = [
  lrn(0, 5, [2, 7, 3, 4]),
  lrn(0, 5, [1, 2, 3, 4]),
  lrn(0, 4, [1, 6, 2, 2]),
  lrn(1, 3, [1, 4, 5, 6]),
  normalize(0),
  normalize(1),
];

function resize(xScale: number, yScale: number): GoldenCase {
  return {
    title: `Resize, ${yScale}x${xScale}`,
    type: 'Resize',
    main: main('Resize', { xScale, yScale }),
    inputs: [input([2, 5, 4, 6], 'NC4HW4')],
  };
}

export const RESIZE: readonly GoldenCase[] = [resize(1.5, 2), resize(0.5, 0.75)];
