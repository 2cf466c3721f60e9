import type { ConvolutionAttributes, ConvolutionGeometry } from '@mnnquant/graph';
import { activationBounds, convolutionGeometry } from '@mnnquant/graph';
import type { KernelBinder } from '../context.ts';
import { bindDenseConvolution } from './dense-convolution.ts';
import { bindDepthwiseConvolution } from './depthwise-convolution.ts';
import { allFloat } from './support.ts';
import type { Window } from './window.ts';
import { bindWinogradConvolution, winogradPays } from './winograd-convolution.ts';

/**
 * Convolution and ConvolutionDepthwise on NCHW. Weights that are an input, and NHWC (which MNN's converter
 * never gives to a convolution), are left to the reference.
 */
export const bindConvolution: KernelBinder = (context, node, inputs) => {
  const attributes = node.attributes as ConvolutionAttributes;
  const { weight, bias } = attributes;
  if (weight === undefined || !allFloat(inputs) || inputs[0].layout === 'NHWC') return undefined;
  const where = `${node.name} (${node.definition.name})`;
  const geometry = convolutionGeometry(attributes, inputs[0], undefined, where);
  const { group, outputChannels, batch } = geometry;
  const [lo, hi] = activationBounds(attributes);
  const window = convolutionWindow(attributes, geometry);
  const job = { owner: node, window, batch, group, outputChannels, weight: () => weight, bias, lo, hi };
  const depthwise = window.channels === 1 && outputChannels === group;
  if (depthwise) return bindDepthwiseConvolution(context, job);
  return winogradPays(job) ? bindWinogradConvolution(context, job) : bindDenseConvolution(context, job);
};

/** The window of one group. */
export function convolutionWindow(
  { stride, dilation }: ConvolutionAttributes,
  geometry: ConvolutionGeometry,
): Window {
  return {
    channels: geometry.inputChannels / geometry.group,
    height: geometry.inputHeight,
    width: geometry.inputWidth,
    outHeight: geometry.outputHeight,
    outWidth: geometry.outputWidth,
    kernelHeight: geometry.kernel[0],
    kernelWidth: geometry.kernel[1],
    strideY: stride[0],
    strideX: stride[1],
    dilationY: dilation[0],
    dilationX: dilation[1],
    padTop: geometry.padTop,
    padLeft: geometry.padLeft,
  };
}
