import { PadMode } from '@mnnquant/mnn-format';
import type { OpCase } from '../op.ts';
import { noise } from './convolution-cases.ts';
import type { DeconvolutionAttributes } from './deconvolution.ts';

interface CaseOptions extends Partial<Omit<DeconvolutionAttributes, 'weight' | 'bias'>> {
  readonly title: string;
  readonly input: readonly number[];
  readonly output: number;
  readonly layout?: 'NCHW' | 'NHWC';
  readonly shape?: readonly number[];
}

function deconvolutionCase(options: CaseOptions): OpCase<DeconvolutionAttributes> {
  const { title, input, output, layout = 'NCHW', shape, ...rest } = options;
  const channels = layout === 'NHWC' ? input[3] : input[1];
  const kernel = rest.kernel ?? [3, 3];
  const group = rest.depthwise ? channels : Math.max(rest.group ?? 1, 1);
  return {
    title,
    attributes: {
      depthwise: false,
      outputChannels: output,
      inputChannels: channels,
      stride: [1, 1],
      dilation: [1, 1],
      padMode: PadMode.CAFFE,
      pads: [0, 0, 0, 0],
      outPads: [0, 0],
      hasOutputShape: shape !== undefined,
      relu: false,
      relu6: false,
      ...rest,
      kernel,
      group: rest.depthwise ? channels : (rest.group ?? 0),
      weight: noise((output * channels * kernel[0] * kernel[1]) / group, 7),
      bias: noise(output, 11),
    },
    inputs: [
      { shape: input, layout },
      ...(shape ? [{ shape: [4], dtype: 'int32' as const, data: shape }] : []),
    ],
  };
}

const twice = { stride: [2, 2], kernel: [4, 4], pads: [1, 1, 1, 1] } as const;

export const deconvolutionCases = (): readonly OpCase<DeconvolutionAttributes>[] => [
  deconvolutionCase({ title: '3x3', input: [1, 3, 4, 5], output: 4 }),
  deconvolutionCase({ title: '4x4, stride 2, padding 1', input: [2, 5, 4, 3], output: 6, ...twice }),
  deconvolutionCase({
    title: '2x2, stride 2, ReLU',
    input: [1, 8, 5, 6],
    output: 3,
    kernel: [2, 2],
    stride: [2, 2],
    relu: true,
  }),
  deconvolutionCase({
    title: '3x3, stride 2, out pads',
    input: [1, 4, 5, 4],
    output: 3,
    stride: [2, 2],
    pads: [1, 1, 1, 1],
    outPads: [1, 1],
  }),
  deconvolutionCase({
    title: 'uneven padding, dilation',
    input: [1, 4, 5, 6],
    output: 5,
    dilation: [2, 1],
    pads: [2, 0, 1, 1],
  }),
  deconvolutionCase({
    title: 'SAME, stride 2',
    input: [1, 3, 4, 5],
    output: 4,
    stride: [2, 2],
    padMode: PadMode.SAME,
  }),
  deconvolutionCase({
    title: 'SAME, stride 3, window 2',
    input: [1, 3, 3, 4],
    output: 2,
    kernel: [2, 2],
    stride: [3, 3],
    padMode: PadMode.SAME,
  }),
  deconvolutionCase({
    title: 'output shape from an input',
    input: [1, 3, 4, 4],
    output: 5,
    stride: [2, 2],
    padMode: PadMode.SAME,
    shape: [1, 8, 7, 5],
  }),
  deconvolutionCase({ title: 'two groups', input: [1, 4, 3, 4], output: 6, group: 2, ...twice }),
  deconvolutionCase({ title: 'NHWC', input: [1, 4, 3, 5], output: 4, layout: 'NHWC', ...twice }),
];

export const deconvolutionDepthwiseCases = (): readonly OpCase<DeconvolutionAttributes>[] => [
  deconvolutionCase({ title: '3x3', input: [1, 6, 4, 5], output: 6, depthwise: true }),
  deconvolutionCase({
    title: 'NHWC',
    input: [1, 4, 3, 5],
    output: 5,
    layout: 'NHWC',
    depthwise: true,
    ...twice,
  }),
  deconvolutionCase({
    title: '4x4, stride 2, padding 1, ReLU6',
    input: [2, 5, 4, 3],
    output: 5,
    depthwise: true,
    relu6: true,
    ...twice,
  }),
];
