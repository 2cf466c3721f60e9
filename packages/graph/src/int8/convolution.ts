import { GraphError, type OpDefinition } from '../op.ts';
import { convolution, convolutionDepthwise } from '../ops/convolution.ts';
import { required } from '../ops/support/inputs.ts';
import { imageStrides } from '../ops/support/strides.ts';
import type { HostTensor, TensorDesc } from '../tensor.ts';
import { int8ConvolutionCases, int8DepthwiseCases } from './convolution-cases.ts';
import { neverParsed } from './never-parsed.ts';
import { type Int8ConvolutionAttributes, requantization } from './requantization.ts';
import { roundWithin } from './round-within.ts';

/**
 * q of x [N,C,H,W] · whole weights [O,C/g,kH,kW] → q of y [N,O,oH,oW], as MNN 3.6.1 computes it on x86. Padding has the value
 * zero. The activation is a bound: ReLU6 has none above (CPUConvolution.cpp).
 */
const common = {
  opTypes: [],
  shape(
    { op, weightScales, bias }: Int8ConvolutionAttributes,
    inputs: readonly (TensorDesc | undefined)[],
    where: string,
  ): TensorDesc[] {
    const channels = op.outputChannels;
    if (weightScales.length !== channels || bias.length !== channels)
      throw new GraphError(
        `${where}: expected ${channels} weight scales and bias values, got ${weightScales.length} and ${bias.length}`,
      );
    return convolution.shape(op, inputs, where);
  },
  reference: convolve,
};

export const int8Convolution: OpDefinition<Int8ConvolutionAttributes> = {
  name: 'Int8Convolution',
  parse: neverParsed('Int8Convolution'),
  ...common,
  cases: int8ConvolutionCases,
};

export const int8ConvolutionDepthwise: OpDefinition<Int8ConvolutionAttributes> = {
  name: 'Int8ConvolutionDepthwise',
  parse: neverParsed('Int8ConvolutionDepthwise'),
  ...common,
  cases: int8DepthwiseCases,
};

function convolve(
  attributes: Int8ConvolutionAttributes,
  inputs: readonly (HostTensor | undefined)[],
  [y]: readonly HostTensor[],
): void {
  const x = required(inputs, 0, 'Int8Convolution');
  const { zeroPoint } = attributes.inputs[0]!;
  // Sums below 2^53 are exact in double precision.
  const centred = { ...x, data: Float64Array.from(x.data, (q) => q - zeroPoint) };
  const sums = { ...y, data: new Float64Array(y.data.length) };
  const plain = { ...attributes.op, bias: undefined, relu: false, relu6: false };
  (plain.depthwise ? convolutionDepthwise : convolution).reference(plain, [centred], [sums]);
  requantize(attributes, sums, y);
}

function requantize(attributes: Int8ConvolutionAttributes, sums: HostTensor, y: HostTensor): void {
  const { offset, scale, factor, bias, low, high } = requantization(attributes, 'Int8Convolution');
  const { c: step } = imageStrides(y);
  for (let i = 0; i < y.data.length; i++) {
    const channel = Math.floor(i / step) % offset.length;
    const scaled = Math.fround(Math.fround(sums.data[i] + offset[channel]) * scale[channel]);
    const inSteps = Math.fround(scaled * factor);
    y.data[i] = roundWithin(Math.fround(inSteps + bias[channel]), low, high);
  }
}
