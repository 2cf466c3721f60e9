import { type Convolution2DCommon, createTable, PadMode } from '@mnnquant/mnn-format';
import { type GoldenCase, input, ints, main, noise } from './golden-case.ts';

function deconv(
  title: string,
  shape: readonly number[],
  outputCount: number,
  fields: Partial<Convolution2DCommon>,
  options: { depthwise?: boolean; outputShape?: readonly number[] } = {},
): GoldenCase {
  const { kernelX = 3, kernelY = 3 } = fields;
  const count = (outputCount * shape[1] * kernelX * kernelY) / (options.depthwise ? shape[1] : 1);
  const common = createTable('Convolution2DCommon', {
    kernelX,
    kernelY,
    outputCount,
    inputCount: shape[1],
    ...fields,
    group: options.depthwise ? shape[1] : 1,
    hasOutputShape: options.outputShape !== undefined,
  });
  return {
    title,
    type: options.depthwise ? 'DeconvolutionDepthwise' : 'Deconvolution',
    main: main('Convolution2D', { common, weight: noise(count, 3), bias: noise(outputCount, 5) }),
    inputs: [input(shape, 'NC4HW4'), ...(options.outputShape ? [ints(...options.outputShape)] : [])],
  };
}

const twice = { strideX: 2, strideY: 2 };
const SAME = PadMode.SAME;

export const DECONVOLUTION: readonly GoldenCase[] = [
  deconv('3x3', [1, 3, 4, 5], 4, {}),
  deconv('4x4, stride 2, padX padY', [2, 5, 4, 3], 6, { kernelX: 4, kernelY: 4, padX: 1, padY: 1, ...twice }),
  deconv('2x2, stride 2, ReLU', [1, 8, 3, 4], 3, { kernelX: 2, kernelY: 2, relu: true, ...twice }),
  deconv('2x3, stride 1x2, ReLU6', [1, 3, 3, 4], 2, { kernelX: 3, kernelY: 2, relu6: true, strideX: 2 }),
  deconv('pads', [1, 4, 4, 3], 2, { pads: Int32Array.of(1, 0, 0, 1), ...twice }),
  deconv('pads and out pads', [1, 4, 4, 3], 2, {
    pads: Int32Array.of(1, 1, 1, 1),
    outPads: Int32Array.of(1, 1),
    ...twice,
  }),
  deconv('dilation', [1, 2, 4, 3], 3, { dilateX: 2, dilateY: 3, padX: 1, padY: 2 }),
  deconv('SAME, stride 2', [1, 3, 4, 5], 4, { padMode: SAME, ...twice }),
  deconv('SAME, even window', [1, 3, 3, 4], 2, { kernelX: 4, kernelY: 4, padMode: SAME, ...twice }),
  deconv(
    'output shape from an input',
    [1, 3, 4, 4],
    5,
    { padMode: SAME, ...twice },
    { outputShape: [1, 8, 7, 5] },
  ),
];

export const DECONVOLUTION_DEPTHWISE: readonly GoldenCase[] = [
  deconv('3x3', [1, 6, 4, 5], 6, {}, { depthwise: true }),
  deconv(
    '4x4, stride 2, padding, ReLU',
    [2, 5, 4, 3],
    5,
    { kernelX: 4, kernelY: 4, padX: 1, padY: 1, relu: true, ...twice },
    { depthwise: true },
  ),
  deconv('SAME, stride 2', [1, 4, 3, 4], 4, { padMode: SAME, ...twice }, { depthwise: true }),
];
