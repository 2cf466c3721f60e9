import {
  BinaryOpOperation,
  createTable,
  DepthToSpaceMode,
  PoolPadType,
  PoolType,
  UnaryOpOperation,
} from '@mnnquant/mnn-format';
import { type GoldenCase, type GoldenInput, input, ints, main, noise, scalar } from './golden-case.ts';
import { binary, command, compiledLoop, copy, unary } from './loop-cases.ts';

type Kind = GoldenCase['type'];
const one = (
  title: string,
  type: Kind,
  parameter: GoldenCase['main'],
  ...inputs: GoldenInput[]
): GoldenCase => ({
  title: `${type}, ${title}`,
  type,
  main: parameter,
  inputs,
});

function volumes(type: 'Convolution3D' | 'ConvTranspose3D', kernels: readonly number[]): GoldenCase {
  const taps = kernels.reduce((count, extent) => count * extent, 1);
  const common = createTable('Convolution3DCommon', {
    kernels: Int32Array.from(kernels),
    strides: Int32Array.of(1, 2, 1),
    dilates: Int32Array.of(1, 1, 1),
    pads: Int32Array.of(0, 0, 0),
    inputCount: 2,
    outputCount: 3,
    group: 1,
  });
  const parameter = main('Convolution3D', { common, weight: noise(6 * taps, 3), bias: noise(3, 4) });
  return one(`kernel ${kernels}`, type, parameter, input([1, 2, 4, 5, 4], 'NC4HW4'));
}

function spread(title: string, fields: object): GoldenCase {
  const [kernel, channels] = [3, 5];
  const common = createTable('Convolution2DCommon', {
    kernelX: kernel,
    kernelY: kernel,
    strideX: 2,
    strideY: 2,
    inputCount: channels,
    outputCount: channels,
    group: channels,
    ...fields,
  });
  const parameter = main('Convolution2D', {
    common,
    weight: noise(channels * 9, 3),
    bias: noise(channels, 5),
  });
  return one(title, 'DeconvolutionDepthwise', parameter, input([1, channels, 3, 4], 'NC4HW4'));
}

const thirds = (mode: number) => main('DepthSpaceParam', { blockSize: 3, mode: mode as 0 });

/** Boxes of three, four places, as DetectionOutput reads them. */
const priors = [0, 0, 0.5, 0.5, 0.1, 0, 0.6, 0.5, 0.5, 0.5, 1, 1, 0.2, 0.6, 0.4, 0.9];
const detected: readonly GoldenInput[] = [
  { shape: [1, 16], layout: 'NC4HW4', data: Array.from(noise(16, 5)) },
  { shape: [1, 16], layout: 'NC4HW4', data: Array.from(noise(16, 7), (value) => value / 4 + 0.5) },
  { shape: [1, 2, 16, 1], layout: 'NC4HW4', data: [...priors, ...new Array(16).fill(0.1)] },
];

const cube = {
  kernels: Int32Array.of(2, 3, 2),
  strides: Int32Array.of(2, 2, 1),
  pads: Int32Array.of(0, 0, 0),
};
const nhwc = (...shape: number[]): GoldenInput => input(shape, 'NHWC');
const scale = (channels: number) =>
  main('Scale', { channels, scaleData: noise(channels, 3), biasData: noise(channels, 4) });
const lrn = (beta: number) => main('LRN', { regionType: 0, localSize: 5, alpha: 0.5, beta, bias: 1.5 });
const regions = main('RoiParameters', {
  pooledHeight: 2,
  pooledWidth: 3,
  spatialScale: 0.25,
  samplingRatio: 2,
  poolType: PoolType.AVEPOOL,
});
const noRegion: GoldenInput = { shape: [0, 5], data: [] };

/** The first slice is copied; each turn adds a function of the next one. */
const prepared: GoldenCase = {
  title: 'While, copied before the first turn',
  ...compiledLoop([input([4])], [[1], [4]], {
    loopNumber: 3,
    initCommand: [
      command(copy, {
        size: [1, 1, 1],
        views: [
          [1, 0, 0, [1, 1, 1]],
          [0, 0, 0, [1, 1, 1]],
        ],
      }),
    ],
    commands: [
      command(binary(BinaryOpOperation.ADD), {
        size: [1, 1, 1],
        views: [
          [1, 0, 0, [1, 1, 1]],
          [1, 0, 0, [1, 1, 1]],
          [0, 1, 1, [1, 1, 1]],
        ],
      }),
      command(unary(UnaryOpOperation.SQUARE), {
        size: [1, 1, 1],
        views: [
          [2, 0, 1, [1, 1, 1]],
          [1, 0, 0, [1, 1, 1]],
        ],
      }),
    ],
  }),
};

/** Attributes, layouts and numbers of dimensions that are rare in networks. */
export const RARE: readonly GoldenCase[] = [
  volumes('Convolution3D', [1, 2, 3]),
  volumes('ConvTranspose3D', [1, 2, 3]),
  spread('dilation', { dilateX: 2, dilateY: 1 }),
  spread('pads and out pads', { pads: Int32Array.of(1, 1, 1, 1), outPads: Int32Array.of(1, 0) }),
  ...[DepthToSpaceMode.DCR, DepthToSpaceMode.CRD].flatMap((mode) => [
    one(`thirds, mode ${mode}`, 'DepthToSpace', thirds(mode), input([1, 18, 2, 1])),
    one(`thirds, mode ${mode}`, 'SpaceToDepth', thirds(mode), input([1, 2, 6, 3])),
  ]),
  one(
    'four classes',
    'DetectionOutput',
    main('DetectionOutput', { classCount: 4, nmsThresholdold: 0.5, keepTopK: 5, confidenceThreshold: 0.2 }),
    ...detected,
  ),
  { ...one('another power', 'LRN', lrn(0.5), input([1, 7, 2, 3], 'NC4HW4')), tolerance: 1e-5 },
  one(
    'SAME',
    'Pooling3D',
    main('Pool3D', { ...cube, padType: PoolPadType.SAME }),
    input([1, 3, 4, 5, 3], 'NC4HW4'),
  ),
  one(
    'VALID',
    'Pooling3D',
    main('Pool3D', { ...cube, padType: PoolPadType.VALID }),
    input([1, 3, 4, 5, 3], 'NC4HW4'),
  ),
  one('another scale', 'ROIAlign', regions, input([2, 5, 6, 7], 'NC4HW4'), {
    shape: [2, 5],
    data: [0, 1, 2, 9, 8, 1, 0, 4, 14, 20],
  }),
  one('no region', 'ROIPooling', regions, input([2, 5, 6, 7], 'NC4HW4'), noRegion),
  one(
    'no box',
    'CropAndResize',
    main('CropAndResize', { extrapolationValue: 0.5 }),
    nhwc(2, 5, 6, 3),
    { shape: [0, 4], data: [] },
    { shape: [0], dtype: 'int32', data: [] },
    ints(2, 2),
  ),
  one(
    'channels last',
    'Crop',
    main('Crop', { axis: 1, offset: Int32Array.of(1, 2, 0) }),
    nhwc(1, 4, 5, 3),
    nhwc(1, 2, 3, 3),
  ),
  one(
    'no sample',
    'Crop',
    main('Crop', { axis: 2, offset: Int32Array.of(1) }),
    input([0, 3, 4, 5], 'NC4HW4'),
    input([0, 3, 2, 3], 'NC4HW4'),
  ),
  one('5-D', 'Det', undefined, input([1, 2, 2, 3, 3])),
  one('6-D', 'Det', undefined, input([2, 1, 2, 1, 2, 2])),
  {
    ...one(
      'the last axis from the end',
      'TopKV2',
      main('TopKV2', { largest: true }),
      input([2, 3, 5]),
      ints(2),
      scalar(-1),
    ),
    outputs: 2,
  },
  one('three dimensions', 'Scale', scale(5), input([2, 5, 3], 'NC4HW4')),
  one('no row picked', 'GatherND', undefined, input([4, 3]), { shape: [0, 1], dtype: 'int32', data: [] }),
  one('no sample', 'SpaceToBatchND', main('SpaceBatch'), input([0, 3, 4, 4]), ints(2, 2), {
    ...ints(0, 0, 0, 0),
    shape: [2, 2],
  }),
  one('no sample', 'BatchToSpaceND', main('SpaceBatch'), input([0, 3, 4, 4]), ints(2, 2), {
    ...ints(0, 0, 0, 0),
    shape: [2, 2],
  }),
  prepared,
];
