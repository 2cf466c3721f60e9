import { OpType, PadMode } from '@mnnquant/mnn-format';
import { GraphError, type OpCase, type OpDefinition } from '../op.ts';
import type { HostTensor } from '../tensor.ts';
import {
  type ConvolutionAttributes,
  type ConvolutionGeometry,
  convolutionGeometry,
  parseConvolution,
} from './convolution-attributes.ts';
import { required } from './support/inputs.ts';

/** The value of padding, as MNN has it: the lowest float16. */
const PADDING = -65504;

/**
 * Morphological dilation, the largest sum of pixel and weight under a window: x [N,C,H,W] · w [C,kH,kW] →
 * y [N,C,oH,oW] (GeometryDilation2D.cpp, MNN 3.6.1). Bias and activation are not part of the op. MNN itself
 * takes padding for zeros in all images but the first, and in window rows and columns that only ever see padding.
 */
export const dilation2d: OpDefinition<ConvolutionAttributes> = {
  name: 'Dilation2D',
  opTypes: [OpType.Dilation2D],
  parse(op, context) {
    const attributes = parseConvolution(op, context);
    const { weight, kernel, outputChannels } = attributes;
    const expected = outputChannels * kernel[0] * kernel[1];
    if (weight?.length !== expected)
      throw new GraphError(
        `${context.where}: expected one input and ${expected} weights [${outputChannels},${kernel}], got ${context.inputCount} and ${weight?.length ?? 'none'}`,
      );
    return { ...attributes, depthwise: true, group: outputChannels };
  },
  shape(attributes, inputs, where) {
    const x = required(inputs, 0, where);
    if (x.layout === 'NHWC' || x.dtype !== 'float32' || x.shape.length !== 4)
      throw new GraphError(
        `${where}: expected floats [N,C,H,W] in NCHW, got ${x.dtype} [${x.shape}] in ${x.layout}`,
      );
    const g = convolutionGeometry(attributes, x, undefined, where);
    const shape = [g.batch, g.outputChannels, g.outputHeight, g.outputWidth];
    return [{ shape, dtype: x.dtype, layout: x.layout }];
  },
  reference(attributes, inputs, [y]) {
    const x = required(inputs, 0, 'Dilation2D');
    const g = convolutionGeometry(attributes, x, undefined, 'Dilation2D');
    for (let plane = 0; plane < g.batch * g.outputChannels; plane++) dilatePlane(attributes, g, x, y, plane);
  },
  cases: dilationCases,
};

function dilatePlane(
  { weight, stride, dilation, kernel }: ConvolutionAttributes,
  g: ConvolutionGeometry,
  x: HostTensor,
  y: HostTensor,
  plane: number,
): void {
  const taps = kernel[0] * kernel[1];
  const channel = plane % g.outputChannels;
  const pixels = g.outputHeight * g.outputWidth;
  for (let i = 0; i < pixels; i++) {
    let largest = Number.NEGATIVE_INFINITY;
    for (let tap = 0; tap < taps; tap++) {
      const row =
        Math.floor(i / g.outputWidth) * stride[0] + Math.floor(tap / kernel[1]) * dilation[0] - g.padTop;
      const column = (i % g.outputWidth) * stride[1] + (tap % kernel[1]) * dilation[1] - g.padLeft;
      const inside = row >= 0 && row < g.inputHeight && column >= 0 && column < g.inputWidth;
      const value = inside ? x.data[(plane * g.inputHeight + row) * g.inputWidth + column] : PADDING;
      largest = Math.max(largest, value + weight![channel * taps + tap]);
    }
    y.data[plane * pixels + i] = largest;
  }
}

function dilationCases(): OpCase<ConvolutionAttributes>[] {
  const make = (options: Partial<ConvolutionAttributes>): ConvolutionAttributes => ({
    depthwise: true,
    group: 3,
    outputChannels: 3,
    inputChannels: 0,
    kernel: [2, 3],
    stride: [1, 1],
    dilation: [1, 1],
    padMode: PadMode.CAFFE,
    pads: [0, 0, 0, 0],
    relu: false,
    relu6: false,
    weight: Float32Array.from({ length: 18 }, (_, i) => ((i * 7) % 11) / 8 - 0.6),
    bias: undefined,
    ...options,
  });
  const inputs = [{ shape: [2, 3, 5, 6] }];
  return [
    { title: 'plain', attributes: make({}), inputs },
    {
      title: 'strides, packed',
      attributes: make({ stride: [2, 3] }),
      inputs: [{ ...inputs[0], layout: 'NC4HW4' }],
    },
    { title: 'uneven padding', attributes: make({ pads: [1, 2, 0, 3] }), inputs },
    { title: 'SAME', attributes: make({ padMode: PadMode.SAME, stride: [2, 2] }), inputs },
    { title: 'VALID, dilation', attributes: make({ padMode: PadMode.VALID, dilation: [3, 2] }), inputs },
    { title: 'windows in the padding alone', attributes: make({ pads: [3, 0, 3, 0] }), inputs },
    {
      title: 'one column',
      attributes: make({ kernel: [3, 1], weight: Float32Array.from({ length: 9 }, (_, i) => i / 4 - 1) }),
      inputs,
    },
    { title: 'no sample', attributes: make({}), inputs: [{ shape: [0, 3, 5, 6] }] },
  ];
}
