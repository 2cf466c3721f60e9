import type {
  ConvolutionAttributes,
  DeconvolutionAttributes,
  InterpAttributes,
  MatMulAttributes,
  OpCaseInput,
  PoolAttributes,
} from '@mnnquant/graph';
import { normalData } from '@mnnquant/graph/conformance';
import { CoordinateTransformationMode, PadMode, PoolPadType } from '@mnnquant/mnn-format';
import type { OpRun } from './op-run.ts';

export interface ConvolutionShape extends Partial<Omit<ConvolutionAttributes, 'weight' | 'bias'>> {
  /** N, C, H, W. */
  readonly input: readonly number[];
  readonly output: number;
}

export function convolutionRun({ input, output, ...rest }: ConvolutionShape): OpRun {
  const kernel = rest.kernel ?? [3, 3];
  const group = Math.max(1, rest.group ?? 1);
  const attributes: ConvolutionAttributes = {
    depthwise: false,
    outputChannels: output,
    inputChannels: input[1],
    stride: [1, 1],
    dilation: [1, 1],
    padMode: PadMode.CAFFE,
    pads: [0, 0, 0, 0],
    relu: false,
    relu6: false,
    ...rest,
    kernel,
    group: rest.group ?? 0,
    weight: normalData((output * input[1] * kernel[0] * kernel[1]) / group, 7),
    bias: normalData(output, 11),
  };
  const op = rest.depthwise ? 'ConvolutionDepthwise' : 'Convolution';
  return { op, attributes, inputs: [{ shape: input }] };
}

export const around = (pad: number) => [pad, pad, pad, pad] as const;

/** Each with the programs a wide device takes, and with those it takes otherwise. */
export const CONVOLUTIONS: readonly (readonly [
  title: string,
  wide: string,
  narrow: string,
  shape: ConvolutionShape,
])[] = [
  [
    '3x3, stride 2, rows of 7',
    'convolution-wide, convolution-sum',
    'convolution',
    { input: [1, 16, 13, 13], output: 24, stride: [2, 2], pads: around(1) },
  ],
  [
    '3x3, stride 2, rows of 13, batch 3',
    'convolution-wide, convolution-sum',
    'convolution',
    { input: [3, 8, 26, 26], output: 12, stride: [2, 2], padMode: PadMode.SAME, relu: true },
  ],
  [
    '3x3, rows of 28',
    'convolution-sliding',
    'convolution',
    { input: [1, 16, 28, 28], output: 20, pads: around(1), relu6: true },
  ],
  [
    '3x3, few outputs, channels divided among threads',
    'convolution-sliding, convolution-sum',
    'convolution, convolution-sum',
    { input: [2, 256, 7, 8], output: 12, pads: around(1), relu: true },
  ],
  [
    '1x1, 49 pixels',
    'pointwise-wide, convolution-sum',
    'pointwise',
    { input: [1, 48, 7, 7], output: 40, kernel: [1, 1] },
  ],
  ['1x1, 196 pixels', 'pointwise-wide', 'pointwise', { input: [2, 40, 14, 14], output: 33, kernel: [1, 1] }],
  [
    '1x1, channels divided among threads',
    'pointwise-wide, convolution-sum',
    'pointwise, convolution-sum',
    { input: [3, 1024, 5, 5], output: 20, kernel: [1, 1], group: 2, relu6: true },
  ],
  [
    'depthwise 5x5, dilation 2',
    'convolution-wide',
    'convolution',
    {
      input: [2, 20, 24, 24],
      output: 20,
      depthwise: true,
      group: 20,
      kernel: [5, 5],
      dilation: [2, 2],
      pads: around(4),
    },
  ],
  [
    'depthwise 3x3, rows of 7',
    'convolution',
    'convolution',
    { input: [1, 64, 7, 7], output: 64, depthwise: true, group: 64, pads: around(1) },
  ],
  [
    'depthwise 7x7 on as large an image',
    'convolution',
    'convolution',
    { input: [2, 72, 7, 7], output: 72, depthwise: true, group: 72, kernel: [7, 7] },
  ],
  [
    'four groups',
    'convolution-sliding',
    'convolution',
    { input: [2, 32, 12, 12], output: 24, group: 4, pads: around(1) },
  ],
  [
    'fully connected',
    'inner-product-wide, inner-product-sum',
    'inner-product, inner-product-sum',
    { input: [3, 1280, 1, 1], output: 1000, kernel: [1, 1] },
  ],
  [
    'fully connected, 25088 inputs',
    'inner-product, inner-product-sum',
    'inner-product, inner-product-sum',
    { input: [1, 512, 7, 7], output: 61, kernel: [7, 7], relu: true },
  ],
];

function matMulRun(
  a: readonly number[],
  b: readonly number[],
  attributes: Partial<MatMulAttributes> = {},
  bias?: number,
): OpRun {
  const inputs = [{ shape: a }, { shape: b }];
  if (bias !== undefined) inputs.push({ shape: [bias] });
  return { op: 'MatMul', attributes: { transposeA: false, transposeB: false, ...attributes }, inputs };
}

export function poolRun(input: readonly number[], options: Partial<PoolAttributes>): OpRun {
  const attributes: PoolAttributes = {
    kind: 'max',
    global: false,
    kernel: [3, 3],
    stride: [2, 2],
    padType: PoolPadType.CAFFE,
    ceil: false,
    pads: [0, 0, 0, 0],
    countPadding: false,
    indices: false,
    ...options,
  };
  return { op: 'Pooling', attributes, inputs: [{ shape: input }] };
}

function interpRun(
  input: OpCaseInput,
  method: InterpAttributes['method'],
  height: number,
  width: number,
): OpRun {
  const attributes: InterpAttributes = {
    method,
    mode: CoordinateTransformationMode.HalfPixels,
    alignCorners: false,
    halfPixelCenters: false,
    size: [0, height, width],
    scales: [1, 1, 1],
  };
  return { op: 'Interp', attributes, inputs: [input] };
}

export function deconvolutionRun(
  input: readonly number[],
  output: number,
  options: Partial<DeconvolutionAttributes> = {},
): OpRun {
  const { kernel = [4, 4], group = 0 } = options;
  const attributes: DeconvolutionAttributes = {
    depthwise: false,
    outputChannels: output,
    inputChannels: input[1],
    stride: [2, 2],
    dilation: [1, 1],
    padMode: PadMode.CAFFE,
    pads: [1, 1, 1, 1],
    outPads: [0, 0],
    hasOutputShape: false,
    relu: false,
    relu6: false,
    ...options,
    kernel,
    group,
    weight: normalData((output * input[1] * kernel[0] * kernel[1]) / Math.max(1, group), 7),
    bias: normalData(output, 11),
  };
  return { op: 'Deconvolution', attributes, inputs: [{ shape: input }] };
}

/** All convolutions, and the others. */
export const allRuns = (): readonly (readonly [string, OpRun])[] => [
  ...CONVOLUTIONS.map(([title, , , shape]) => [`convolution: ${title}`, convolutionRun(shape)] as const),
  ...otherRuns(),
];

/** Sizes as networks have them, some beyond what a texture or a group of threads holds along one dimension. */
export const otherRuns = (): readonly (readonly [string, OpRun])[] => [
  [
    'convolution: 1x1 of 12544 pixels',
    convolutionRun({ input: [1, 8, 112, 112], output: 4, kernel: [1, 1] }),
  ],
  [
    'convolution: 3x3, stride 2, to 22500 pixels',
    convolutionRun({ input: [1, 3, 300, 300], output: 4, stride: [2, 2], pads: around(1) }),
  ],
  [
    'convolution: 1x1 to 9000 channels',
    convolutionRun({ input: [1, 4, 3, 3], output: 9000, kernel: [1, 1] }),
  ],
  ['deconvolution: 4x4, stride 2', deconvolutionRun([2, 16, 20, 21], 8)],
  [
    'deconvolution: 3x3, stride 1, groups',
    deconvolutionRun([1, 8, 15, 9], 12, { kernel: [3, 3], stride: [1, 1], group: 4 }),
  ],
  ['matrix product', matMulRun([70, 300], [300, 64])],
  [
    'matrix product, transposed',
    matMulRun([1300, 9], [50, 1300], { transposeA: true, transposeB: true }, 50),
  ],
  ['matrix product, batches', matMulRun([3, 1, 20, 33], [2, 36, 33], { transposeB: true })],
  ['matrix product of a vector', matMulRun([1, 5000], [5000, 99], {}, 99)],
  ['matrix product of a vector, transposed', matMulRun([2, 600], [48, 600], { transposeB: true })],
  ['pooling: maximum to 12544 pixels', poolRun([1, 4, 224, 224], { pads: [1, 1, 0, 0], ceil: true })],
  [
    'pooling: average of 9000 planes',
    poolRun([1, 9000, 3, 4], { kind: 'average', kernel: [2, 2], stride: [1, 1] }),
  ],
  ['pooling: global average of 40000 pixels', poolRun([2, 6, 200, 200], { kind: 'average', global: true })],
  ['pooling: global maximum of 100 pixels', poolRun([3, 40, 10, 10], { global: true })],
  ['interp: bilinear', interpRun({ shape: [1, 3, 40, 50] }, 'bilinear', 160, 123)],
  ['interp: cubic', interpRun({ shape: [2, 5, 24, 18] }, 'cubic', 17, 40)],
  ['interp: nearest, lines', interpRun({ shape: [2, 5, 300] }, 'nearest', 9000, 1)],
];
