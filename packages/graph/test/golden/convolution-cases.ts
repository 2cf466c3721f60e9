import { type Convolution2DCommon, createTable, PadMode } from '@mnnquant/mnn-format';
import { type GoldenCase, input, main, noise } from './golden-case.ts';

type Common = Partial<Convolution2DCommon>;

function conv(
  title: string,
  shape: readonly number[],
  outputCount: number,
  fields: Common,
  options: { depthwise?: boolean; withoutBias?: boolean; layout?: 'NCHW' | 'NHWC' | 'NC4HW4' } = {},
): GoldenCase {
  const layout = options.layout ?? 'NC4HW4';
  const channels = layout === 'NHWC' ? shape[3] : shape[1];
  const { kernelX = 3, kernelY = 3, group = 1 } = fields;
  const count = (outputCount * channels * kernelX * kernelY) / (options.depthwise ? channels : group);
  const common = createTable('Convolution2DCommon', {
    kernelX,
    kernelY,
    outputCount,
    inputCount: channels,
    ...fields,
    group: options.depthwise ? channels : group,
  });
  const bias = options.withoutBias ? new Float32Array(outputCount) : noise(outputCount, 5);
  return {
    title,
    type: options.depthwise ? 'ConvolutionDepthwise' : 'Convolution',
    main: main('Convolution2D', { common, weight: noise(count, 3), bias }),
    inputs: [input(shape, layout)],
  };
}

const both = { depthwise: true };
const pad1 = { padX: 1, padY: 1 };

export const CONVOLUTION: readonly GoldenCase[] = [
  conv('3x3', [1, 3, 5, 6], 4, {}),
  conv('3x3, padX padY', [2, 3, 5, 4], 2, { padX: 1, padY: 2 }, { withoutBias: true }),
  conv('1x1', [1, 5, 3, 4], 3, { kernelX: 1, kernelY: 1 }),
  conv('1x1, stride 2', [1, 4, 5, 4], 3, { kernelX: 1, kernelY: 1, strideX: 2, strideY: 2 }),
  conv('5x2, stride 2x3', [1, 2, 9, 8], 3, { kernelX: 5, kernelY: 2, strideX: 2, strideY: 3 }),
  conv('SAME, stride 2, odd', [1, 2, 7, 5], 3, { strideX: 2, strideY: 2, padMode: PadMode.SAME }),
  conv('SAME, stride 2, even', [1, 2, 6, 8], 3, { strideX: 2, strideY: 2, padMode: PadMode.SAME }),
  conv('SAME, even window', [1, 2, 5, 6], 3, { kernelX: 4, kernelY: 2, padMode: PadMode.SAME }),
  conv('SAME, stride 3 > window 2', [1, 2, 8, 7], 2, {
    kernelX: 2,
    kernelY: 2,
    strideX: 3,
    strideY: 3,
    padMode: PadMode.SAME,
  }),
  conv('SAME, 1x1, stride 2', [1, 3, 5, 6], 2, {
    kernelX: 1,
    kernelY: 1,
    strideX: 2,
    strideY: 2,
    padMode: PadMode.SAME,
  }),
  conv('SAME, dilated', [1, 2, 8, 8], 2, { dilateX: 2, dilateY: 3, padMode: PadMode.SAME }),
  conv('VALID, stride 2', [1, 2, 8, 7], 3, { strideX: 2, strideY: 2, padMode: PadMode.VALID }),
  conv('pads', [1, 2, 6, 5], 3, { pads: Int32Array.of(0, 2, 3, 1) }),
  conv('dilated', [1, 3, 9, 8], 2, { dilateX: 2, dilateY: 3, padX: 2, padY: 3 }),
  conv('two groups', [1, 4, 5, 5], 6, { group: 2, ...pad1 }),
  conv('four groups, 1x1', [1, 8, 3, 3], 4, { group: 4, kernelX: 1, kernelY: 1 }),
  conv('ReLU', [1, 3, 5, 5], 4, { relu: true, ...pad1 }),
  conv('ReLU6', [1, 3, 5, 5], 4, { relu6: true, ...pad1 }),
  conv('window as large as the image', [1, 4, 4, 4], 5, { kernelX: 4, kernelY: 4 }),
  conv('NCHW', [1, 3, 5, 4], 4, pad1, { layout: 'NCHW' }),
  conv('NHWC', [1, 5, 4, 3], 4, pad1, { layout: 'NHWC' }),
];

export const DEPTHWISE: readonly GoldenCase[] = [
  conv('3x3', [1, 5, 6, 5], 5, pad1, both),
  conv('stride 2, SAME', [2, 3, 7, 6], 3, { strideX: 2, strideY: 2, padMode: PadMode.SAME }, both),
  conv('VALID', [1, 4, 6, 5], 4, { padMode: PadMode.VALID }, both),
  conv('5x5, ReLU6', [1, 4, 6, 7], 4, { kernelX: 5, kernelY: 5, padX: 2, padY: 2, relu6: true }, both),
  conv('dilated, ReLU', [1, 4, 7, 8], 4, { dilateX: 2, dilateY: 2, padX: 2, padY: 2, relu: true }, both),
  conv('pads', [1, 4, 5, 5], 4, { pads: Int32Array.of(0, 1, 2, 1), strideX: 2, strideY: 2 }, both),
  conv('whole image', [1, 6, 4, 4], 6, { kernelX: 4, kernelY: 4 }, { ...both, withoutBias: true }),
  conv('NHWC', [1, 5, 4, 3], 3, pad1, { ...both, layout: 'NHWC' }),
];
