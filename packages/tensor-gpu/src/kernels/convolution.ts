import { activationBounds, type ConvolutionAttributes, convolutionGeometry } from '@mnnquant/graph';
import type { KernelBinder } from './context.ts';
import { bindJob } from './convolution-binding.ts';

/**
 * Convolution and ConvolutionDepthwise: x [N,C,H,W] · w [O,C/g,kH,kW] → y [N,O,oH,oW]. Weights that are an input, and NHWC
 * (which MNN's converter never gives to a convolution), are left to the reference.
 */
export const bindConvolution: KernelBinder = (context, node, inputs) => {
  const attributes = node.attributes as ConvolutionAttributes;
  const { weight, bias, stride, dilation } = attributes;
  const [x] = inputs;
  if (weight === undefined || x?.dtype !== 'float32' || x.layout === 'NHWC') return undefined;
  const geometry = convolutionGeometry(attributes, x, undefined, `${node.name} (${node.definition.name})`);
  const [lo, hi] = activationBounds(attributes);
  return bindJob(context, {
    owner: node,
    batch: geometry.batch,
    group: geometry.group,
    channels: geometry.inputChannels / geometry.group,
    outputs: geometry.outputChannels,
    height: geometry.inputHeight,
    width: geometry.inputWidth,
    outHeight: geometry.outputHeight,
    outWidth: geometry.outputWidth,
    kernel: geometry.kernel,
    stride,
    dilation,
    pad: [geometry.padTop, geometry.padLeft],
    weight,
    bias,
    lo,
    hi,
  });
};
