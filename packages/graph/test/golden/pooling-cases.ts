import { AvgPoolCountType, type Pool, PoolPadType, PoolType } from '@mnnquant/mnn-format';
import { type GoldenCase, type GoldenInput, input, main } from './golden-case.ts';

function pool(
  title: string,
  shape: readonly number[],
  fields: Partial<Pool>,
  layout: GoldenInput['layout'] = 'NC4HW4',
): GoldenCase {
  const table = { kernelX: 3, kernelY: 3, strideX: 2, strideY: 2, ceilModel: false, ...fields };
  return { title, type: 'Pooling', main: main('Pool', table), inputs: [input(shape, layout)] };
}

const average = { type: PoolType.AVEPOOL };

export const POOLING: readonly GoldenCase[] = [
  pool('maximum, floor', [1, 3, 6, 8], {}),
  pool('maximum, ceil', [1, 3, 6, 8], { ceilModel: true }),
  pool('maximum, padX padY', [1, 3, 5, 6], { padX: 1, padY: 1 }),
  pool('maximum, pads', [1, 3, 6, 6], { pads: Int32Array.of(0, 1, 1, 0) }),
  pool('maximum, SAME', [1, 3, 6, 7], { padType: PoolPadType.SAME }),
  pool('maximum, VALID', [1, 3, 6, 7], { padType: PoolPadType.VALID }),
  pool('maximum, global', [1, 5, 3, 4], { isGlobal: true }),
  pool('maximum, window larger than the image', [1, 2, 3, 3], { kernelX: 5, kernelY: 5 }),
  pool('maximum, ceil, last window outside', [1, 2, 5, 5], { kernelX: 1, kernelY: 1, ceilModel: true }),
  pool('maximum, ceil, last windows outside', [1, 2, 5, 4], {
    kernelX: 3,
    kernelY: 1,
    strideX: 3,
    strideY: 3,
    ceilModel: true,
  }),
  pool('average, SAME, window larger than the image', [1, 2, 3, 5], {
    ...average,
    kernelX: 3,
    kernelY: 5,
    strideX: 1,
    strideY: 1,
    padType: PoolPadType.SAME,
  }),
  pool('maximum, SAME, window larger than the image', [1, 2, 2, 4], {
    kernelX: 5,
    kernelY: 1,
    strideX: 1,
    padType: PoolPadType.SAME,
  }),
  pool('average, ceil, padX padY', [1, 3, 6, 5], { ...average, padX: 1, padY: 1, ceilModel: true }),
  pool('average, floor, padX padY', [1, 3, 6, 5], { ...average, padX: 1, padY: 1 }),
  pool('average, pads', [1, 3, 6, 5], { ...average, pads: Int32Array.of(0, 1, 1, 1) }),
  pool('average, padding excluded', [1, 3, 6, 5], {
    ...average,
    padX: 1,
    padY: 1,
    countType: AvgPoolCountType.EXCLUDE_PADDING,
  }),
  pool('average, padding included', [1, 3, 6, 5], {
    ...average,
    pads: Int32Array.of(1, 1, 1, 1),
    countType: AvgPoolCountType.INCLUDE_PADDING,
  }),
  pool('average, uneven padding included', [1, 2, 6, 6], {
    ...average,
    pads: Int32Array.of(0, 1, 2, 1),
    countType: AvgPoolCountType.INCLUDE_PADDING,
  }),
  pool('average, SAME', [1, 3, 6, 7], { ...average, padType: PoolPadType.SAME }),
  pool('average, SAME, stride 1', [1, 3, 4, 5], {
    ...average,
    padType: PoolPadType.SAME,
    strideX: 1,
    strideY: 1,
  }),
  pool('average, VALID', [1, 3, 6, 7], { ...average, padType: PoolPadType.VALID }),
  pool('average, global', [2, 5, 3, 4], { ...average, isGlobal: true }),
  pool('average, window larger than the image', [1, 2, 3, 4], {
    ...average,
    kernelX: 6,
    kernelY: 5,
    padType: PoolPadType.VALID,
  }),
  pool('maximum, two pads', [1, 3, 6, 5], { pads: Int32Array.of(1, 2) }),
  pool('average, two pads', [1, 3, 6, 5], { ...average, pads: Int32Array.of(1, 1) }),
  pool('average, two pads, padX', [1, 3, 6, 5], { ...average, padX: 1, padY: 1, pads: Int32Array.of(1, 1) }),
  pool('maximum, two pads, padY', [1, 3, 6, 5], { padY: 1, pads: Int32Array.of(1, 2) }),
  pool('maximum, three dimensions', [2, 3, 7], {
    padY: 1,
    pads: Int32Array.of(1, 1),
    kernelX: 1,
    strideX: 1,
  }),
  pool('average, three dimensions', [2, 3, 7], {
    ...average,
    padY: 1,
    pads: Int32Array.of(1, 1),
    kernelX: 1,
    strideX: 1,
  }),
  pool('average, pads, ceil', [1, 3, 6, 5], {
    ...average,
    pads: Int32Array.of(1, 1, 1, 1),
    ceilModel: true,
  }),
  pool('average, pads, ceil, padding included', [1, 3, 6, 6], {
    ...average,
    pads: Int32Array.of(1, 1, 1, 1),
    ceilModel: true,
    countType: AvgPoolCountType.INCLUDE_PADDING,
  }),
  pool('average, SAME, padding included', [1, 3, 6, 7], {
    ...average,
    padType: PoolPadType.SAME,
    countType: AvgPoolCountType.INCLUDE_PADDING,
  }),
  pool('average, window larger than the padded image', [1, 2, 2, 3], {
    ...average,
    kernelX: 9,
    kernelY: 7,
    padX: 1,
    padY: 1,
  }),
  pool('average, global, NHWC', [2, 3, 4, 5], { ...average, isGlobal: true }, 'NHWC'),
  pool('average, NHWC', [1, 5, 6, 3], { ...average, padX: 1, padY: 1 }, 'NHWC'),
  pool('maximum, NHWC', [1, 5, 6, 3], {}, 'NHWC'),
];

/** MNN is wrong in windows that begin in the padding and in NHWC (it does not unpack the indices): see pool-indices-by-hand.test.ts. */
export const POOLING_INDICES: readonly GoldenCase[] = [
  pool('indices, stride 2', [2, 5, 6, 8], { kernelX: 2, kernelY: 2 }),
  pool('indices, overlapping', [1, 3, 6, 5], { strideX: 1 }),
  pool('indices, ceil', [1, 3, 6, 8], { ceilModel: true }),
  pool('indices, global', [1, 5, 3, 4], { isGlobal: true }),
].map((item) => ({ ...item, outputs: 2 }));

function pool3d(title: string, shape: readonly number[], fields: object): GoldenCase {
  return { title, type: 'Pooling3D', main: main('Pool3D', fields), inputs: [input(shape, 'NC4HW4')] };
}

const cube = {
  kernels: Int32Array.of(2, 3, 2),
  strides: Int32Array.of(2, 2, 1),
  pads: Int32Array.of(0, 1, 0),
};

export const POOLING3D: readonly GoldenCase[] = [
  pool3d('global average, four dimensions', [1, 5, 3, 4], { ...average, isGlobal: true }),
  pool3d('global maximum, four dimensions', [1, 5, 3, 4], { isGlobal: true }),
  pool3d('global average, five dimensions', [1, 3, 2, 3, 2], { ...average, isGlobal: true }),
  pool3d('maximum', [1, 3, 4, 5, 3], cube),
  pool3d('average', [1, 3, 4, 5, 3], { ...average, ...cube }),
];
