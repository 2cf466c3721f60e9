import { OpType } from '@mnnquant/mnn-format';
import { GraphError, type OpDefinition } from '../op.ts';
import { elementCount, type HostTensor, type TensorDesc } from '../tensor.ts';
import {
  type ConvolutionAttributes,
  type ConvolutionGeometry,
  convolutionGeometry,
  parseConvolution,
} from './convolution-attributes.ts';
import { convolutionCases, depthwiseCases } from './convolution-cases.ts';
import { required } from './support/inputs.ts';
import { imageStrides } from './support/strides.ts';

/**
 * x [N,C,H,W] · w [O,C/g,kH,kW] + b [O] → y [N,O,oH,oW], then an optional ReLU or ReLU6. NHWC alike. x may be
 * [N,C,H] or [N,C], then so is y (ShapeConvolution.cpp, MNN 3.6.1).
 */
const common = {
  parse: parseConvolution,
  shape(
    attributes: ConvolutionAttributes,
    inputs: readonly (TensorDesc | undefined)[],
    where: string,
  ): TensorDesc[] {
    const input = required(inputs, 0, where);
    const g = convolutionGeometry(attributes, input, inputs[1]?.shape, where);
    const nhwc = input.layout === 'NHWC';
    const spatial = [g.outputHeight, g.outputWidth];
    const shape = nhwc ? [g.batch, ...spatial, g.outputChannels] : [g.batch, g.outputChannels, ...spatial];
    const rank = input.shape.length;
    if (elementCount(shape.slice(rank)) > 1)
      throw new GraphError(
        `${where}: the result [${shape}] of a ${rank}-D input needs 4 dimensions; make the input 4-D`,
      );
    return [{ shape: shape.slice(0, rank), dtype: 'float32', layout: input.layout }];
  },
  reference: convolve,
};

export const convolution: OpDefinition<ConvolutionAttributes> = {
  name: 'Convolution',
  opTypes: [OpType.Convolution],
  ...common,
  cases: convolutionCases,
};

export const convolutionDepthwise: OpDefinition<ConvolutionAttributes> = {
  name: 'ConvolutionDepthwise',
  opTypes: [OpType.ConvolutionDepthwise],
  ...common,
  cases: depthwiseCases,
};

function convolve(
  attributes: ConvolutionAttributes,
  inputs: readonly (HostTensor | undefined)[],
  [y]: readonly HostTensor[],
): void {
  const x = required(inputs, 0, 'Convolution');
  const g = convolutionGeometry(attributes, x, inputs[1]?.shape, 'Convolution');
  const weight = inputs[1]?.data ?? attributes.weight!;
  const bias = inputs[2]?.data ?? attributes.bias;
  const [lowest, highest] = activationBounds(attributes);
  const to = imageStrides(y);
  // One output plane at a time, in double precision.
  const plane = new Float64Array(g.outputHeight * g.outputWidth);
  for (let n = 0; n < g.batch; n++) {
    for (let o = 0; o < g.outputChannels; o++) {
      plane.fill(bias ? bias[o] : 0);
      addChannels(x, weight, attributes, g, n, o, plane);
      for (let oy = 0; oy < g.outputHeight; oy++) {
        const row = n * to.n + o * to.c + oy * to.h;
        for (let ox = 0; ox < g.outputWidth; ox++) {
          const sum = plane[oy * g.outputWidth + ox];
          y.data[row + ox * to.w] = Math.min(highest, Math.max(lowest, sum));
        }
      }
    }
  }
}

/** Bounds of the fused activation. */
export function activationBounds({ relu, relu6 }: ConvolutionAttributes): readonly [number, number] {
  if (relu6) return [0, 6];
  return relu ? [0, Number.POSITIVE_INFINITY] : [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
}

/** Adds w · x over the input channels of output channel `o` and all window positions. */
function addChannels(
  x: HostTensor,
  weight: HostTensor['data'],
  { stride, dilation }: ConvolutionAttributes,
  g: ConvolutionGeometry,
  n: number,
  o: number,
  plane: Float64Array,
): void {
  const [kernelY, kernelX] = g.kernel;
  const channels = g.inputChannels / g.group;
  const firstChannel = Math.floor(o / (g.outputChannels / g.group)) * channels;
  const from = imageStrides(x);
  for (let tap = 0; tap < channels * kernelY * kernelX; tap++) {
    const w = weight[o * channels * kernelY * kernelX + tap];
    const top = (Math.floor(tap / kernelX) % kernelY) * dilation[0] - g.padTop;
    const left = (tap % kernelX) * dilation[1] - g.padLeft;
    const c = firstChannel + Math.floor(tap / (kernelY * kernelX));
    const [y0, y1] = insideRange(top, stride[0], g.inputHeight, g.outputHeight);
    const [x0, x1] = insideRange(left, stride[1], g.inputWidth, g.outputWidth);
    const step = stride[1] * from.w;
    for (let oy = y0; oy < y1; oy++) {
      let at = n * from.n + c * from.c + (oy * stride[0] + top) * from.h + (x0 * stride[1] + left) * from.w;
      for (let i = oy * g.outputWidth + x0; i < oy * g.outputWidth + x1; i++, at += step)
        plane[i] += w * x.data[at];
    }
  }
}

/** The outputs [first, end) whose input position i * stride + offset lies inside of 0..input-1. */
function insideRange(offset: number, stride: number, input: number, output: number): [number, number] {
  const first = Math.max(0, Math.ceil(-offset / stride));
  return [first, Math.max(first, Math.min(output, Math.ceil((input - offset) / stride)))];
}
