import type { ConvolutionAttributes } from '@mnnquant/graph';
import { activationBounds, convolutionGeometry } from '@mnnquant/graph';
import type { KernelBinder } from '../context.ts';
import { bindDenseConvolution } from './dense-convolution.ts';
import { bindDepthwiseConvolution } from './depthwise-convolution.ts';
import { allFloat } from './support.ts';
import { bindWinogradConvolution, winogradPays } from './winograd-convolution.ts';

/**
 * Convolution and ConvolutionDepthwise on NCHW. Weights that are an input, and NHWC (which MNN's converter
 * never gives to a convolution), are left to the reference.
 */
export const bindConvolution: KernelBinder = (context, node, inputs) => {
  const attributes = node.attributes as ConvolutionAttributes;
  const { weight, bias, kernel, stride, dilation } = attributes;
  if (weight === undefined || !allFloat(inputs) || inputs[0].layout === 'NHWC') return undefined;
  const where = `${node.name} (${node.definition.name})`;
  const geometry = convolutionGeometry(attributes, inputs[0], undefined, where);
  const { group, outputChannels, batch } = geometry;
  const channels = geometry.inputChannels / group;
  const [lo, hi] = activationBounds(attributes);
  const window = {
    channels,
    height: geometry.inputHeight,
    width: geometry.inputWidth,
    outHeight: geometry.outputHeight,
    outWidth: geometry.outputWidth,
    kernelHeight: kernel[0],
    kernelWidth: kernel[1],
    strideY: stride[0],
    strideX: stride[1],
    dilationY: dilation[0],
    dilationX: dilation[1],
    padTop: geometry.padTop,
    padLeft: geometry.padLeft,
  };
  const job = { owner: node, window, batch, group, outputChannels, weight: () => weight, bias, lo, hi };
  const depthwise = channels === 1 && outputChannels === group;
  if (depthwise) return bindDepthwiseConvolution(context, job);
  return winogradPays(job) ? bindWinogradConvolution(context, job) : bindDenseConvolution(context, job);
};
