import { PadMode } from '@mnnquant/mnn-format';
import type { OpCase } from '../op.ts';
import type { ConvolutionAttributes } from './convolution-attributes.ts';

interface CaseOptions extends Partial<Omit<ConvolutionAttributes, 'weight' | 'bias'>> {
  readonly title: string;
  readonly input: readonly number[];
  readonly output: number;
  readonly layout?: 'NCHW' | 'NHWC';
  readonly withoutBias?: boolean;
}

/** Numbers in [-1, 1) without a pattern that a wrong index could hide in. */
export function noise(count: number, seed: number): Float32Array {
  let state = seed >>> 0;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

function convolutionCase({
  title,
  input,
  output,
  layout = 'NCHW',
  withoutBias,
  ...rest
}: CaseOptions): OpCase<ConvolutionAttributes> {
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
      relu: false,
      relu6: false,
      ...rest,
      kernel,
      group: rest.depthwise ? channels : (rest.group ?? 0),
      weight: noise((output * channels * kernel[0] * kernel[1]) / group, 7),
      bias: withoutBias ? undefined : noise(output, 11),
    },
    inputs: [{ shape: input, layout }],
  };
}

export const convolutionCases = (): readonly OpCase<ConvolutionAttributes>[] => [
  convolutionCase({ title: '3x3, padding 1', input: [1, 3, 7, 9], output: 8, pads: [1, 1, 1, 1] }),
  convolutionCase({ title: '3x3, no bias, batch 2', input: [2, 5, 6, 5], output: 3, withoutBias: true }),
  convolutionCase({ title: '1x1', input: [1, 17, 9, 11], output: 13, kernel: [1, 1] }),
  convolutionCase({ title: '1x1 on one pixel', input: [1, 33, 1, 1], output: 10, kernel: [1, 1] }),
  convolutionCase({
    title: '1x1, stride 2',
    input: [1, 8, 7, 8],
    output: 12,
    kernel: [1, 1],
    stride: [2, 2],
  }),
  convolutionCase({
    title: '3x3, stride 2, SAME, odd',
    input: [1, 3, 13, 15],
    output: 9,
    stride: [2, 2],
    padMode: PadMode.SAME,
  }),
  convolutionCase({
    title: '3x3, stride 2, SAME, even',
    input: [1, 4, 12, 14],
    output: 8,
    stride: [2, 2],
    padMode: PadMode.SAME,
  }),
  convolutionCase({
    title: '5x3, VALID',
    input: [1, 4, 11, 9],
    output: 6,
    kernel: [5, 3],
    padMode: PadMode.VALID,
  }),
  convolutionCase({
    title: 'stride 3 larger than the window',
    input: [1, 4, 11, 9],
    output: 6,
    kernel: [2, 2],
    stride: [3, 3],
    padMode: PadMode.SAME,
  }),
  convolutionCase({
    title: 'dilation 2x3',
    input: [1, 4, 12, 13],
    output: 5,
    dilation: [2, 3],
    pads: [2, 3, 2, 3],
  }),
  convolutionCase({ title: 'uneven padding', input: [1, 4, 8, 8], output: 5, pads: [0, 2, 3, 1] }),
  convolutionCase({ title: 'negative padding crops', input: [1, 4, 9, 9], output: 5, pads: [-1, -2, -1, 0] }),
  convolutionCase({ title: 'two groups', input: [1, 8, 7, 7], output: 6, group: 2, pads: [1, 1, 1, 1] }),
  convolutionCase({ title: 'four groups, 1x1', input: [2, 8, 5, 5], output: 12, group: 4, kernel: [1, 1] }),
  convolutionCase({ title: 'ReLU', input: [1, 6, 8, 8], output: 9, relu: true, pads: [1, 1, 1, 1] }),
  convolutionCase({ title: 'ReLU6', input: [1, 40, 8, 8], output: 9, relu6: true, pads: [1, 1, 1, 1] }),
  convolutionCase({
    title: 'window as large as the image',
    input: [1, 12, 7, 7],
    output: 20,
    kernel: [7, 7],
  }),
  convolutionCase({ title: 'wide', input: [1, 16, 3, 67], output: 33, pads: [1, 1, 1, 1] }),
  convolutionCase({ title: 'NHWC', input: [1, 6, 7, 3], output: 4, layout: 'NHWC', pads: [1, 1, 1, 1] }),
];

export const depthwiseCases = (): readonly OpCase<ConvolutionAttributes>[] => [
  convolutionCase({
    title: '3x3, padding 1',
    input: [1, 7, 9, 11],
    output: 7,
    depthwise: true,
    pads: [1, 1, 1, 1],
  }),
  convolutionCase({
    title: '3x3, stride 2, SAME',
    input: [2, 5, 10, 13],
    output: 5,
    depthwise: true,
    stride: [2, 2],
    padMode: PadMode.SAME,
  }),
  convolutionCase({
    title: '5x5, ReLU6',
    input: [1, 6, 14, 9],
    output: 6,
    depthwise: true,
    kernel: [5, 5],
    relu6: true,
    pads: [2, 2, 2, 2],
  }),
  convolutionCase({
    title: 'dilation 2',
    input: [1, 4, 11, 12],
    output: 4,
    depthwise: true,
    dilation: [2, 2],
    pads: [2, 2, 2, 2],
  }),
  convolutionCase({
    title: 'window as large as the image',
    input: [1, 32, 7, 7],
    output: 32,
    depthwise: true,
    kernel: [7, 7],
  }),
  convolutionCase({
    title: 'narrow image',
    input: [1, 3, 5, 1],
    output: 3,
    depthwise: true,
    pads: [1, 1, 1, 1],
  }),
  convolutionCase({
    title: '3x1, stride 2x1, no bias',
    input: [1, 4, 9, 6],
    output: 4,
    depthwise: true,
    kernel: [3, 1],
    stride: [2, 1],
    withoutBias: true,
    relu: true,
  }),
];
