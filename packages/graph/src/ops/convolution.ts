import { OpType } from '@mnnquant/mnn-format';
import { channelAxis, spatialAxis } from '../format.ts';
import type { OpDefinition } from '../op.ts';
import type { HostTensor, TensorDesc } from '../tensor.ts';
import {
  type ConvolutionAttributes,
  type ConvolutionGeometry,
  convolutionGeometry,
  parseConvolution,
} from './convolution-attributes.ts';
import { CONVOLUTION_CASES, DEPTHWISE_CASES } from './convolution-cases.ts';
import { required } from './support/inputs.ts';
import { denseStrides } from './support/strides.ts';

/** x [N,C,H,W] · w [O,C/g,kH,kW] + b [O] → y [N,O,oH,oW], then an optional ReLU or ReLU6. NHWC alike. */
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
    return [{ shape, dtype: 'float32', layout: input.layout }];
  },
  reference: convolve,
};

export const convolution: OpDefinition<ConvolutionAttributes> = {
  name: 'Convolution',
  opTypes: [OpType.Convolution],
  ...common,
  cases: CONVOLUTION_CASES,
};

export const convolutionDepthwise: OpDefinition<ConvolutionAttributes> = {
  name: 'ConvolutionDepthwise',
  opTypes: [OpType.ConvolutionDepthwise],
  ...common,
  cases: DEPTHWISE_CASES,
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
  const yStrides = axisStrides(y);
  for (let n = 0; n < g.batch; n++) {
    for (let o = 0; o < g.outputChannels; o++) {
      const start = bias ? bias[o] : 0;
      for (let oy = 0; oy < g.outputHeight; oy++) {
        for (let ox = 0; ox < g.outputWidth; ox++) {
          const sum = start + windowSum(x, weight, attributes, g, n, o, oy, ox);
          const at = n * yStrides.n + o * yStrides.c + oy * yStrides.h + ox * yStrides.w;
          y.data[at] = Math.min(highest, Math.max(lowest, sum));
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

function windowSum(
  x: HostTensor,
  weight: HostTensor['data'],
  attributes: ConvolutionAttributes,
  g: ConvolutionGeometry,
  n: number,
  o: number,
  oy: number,
  ox: number,
): number {
  const [kernelY, kernelX] = attributes.kernel;
  const channels = g.inputChannels / g.group;
  const firstChannel = Math.floor(o / (g.outputChannels / g.group)) * channels;
  const stride = axisStrides(x);
  let sum = 0;
  for (let ky = 0; ky < kernelY; ky++) {
    const iy = oy * attributes.stride[0] - g.padTop + ky * attributes.dilation[0];
    if (iy < 0 || iy >= g.inputHeight) continue;
    for (let kx = 0; kx < kernelX; kx++) {
      const ix = ox * attributes.stride[1] - g.padLeft + kx * attributes.dilation[1];
      if (ix < 0 || ix >= g.inputWidth) continue;
      const xBase = n * stride.n + firstChannel * stride.c + iy * stride.h + ix * stride.w;
      const wBase = (o * channels * kernelY + ky) * kernelX + kx;
      for (let c = 0; c < channels; c++)
        sum += x.data[xBase + c * stride.c] * weight[wBase + c * kernelY * kernelX];
    }
  }
  return sum;
}

interface AxisStrides {
  readonly n: number;
  readonly c: number;
  readonly h: number;
  readonly w: number;
}

function axisStrides({ shape, layout }: HostTensor): AxisStrides {
  const strides = denseStrides(shape);
  const spatial = spatialAxis(layout);
  return { n: strides[0], c: strides[channelAxis(layout, 4)], h: strides[spatial], w: strides[spatial + 1] };
}
