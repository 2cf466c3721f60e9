import {
  activationBounds,
  type DeconvolutionAttributes,
  type DeconvolutionGeometry,
  deconvolutionGeometry,
} from '@mnnquant/graph';
import { flat, view } from '../device/gpu-array.ts';
import { program } from '../device/program.ts';
import type { KernelBinder } from './context.ts';
import { clamped, EXACT_ROUNDING, OWN_PIXEL, quotient, slabsOf, slabThreads } from './dispatch.ts';
import { inRanges, type OutputRange, outputRanges, type RangeStep } from './output-ranges.ts';

/**
 * Over [pixels, outputs, samples]: every output pixel gathers from those taps of the window that an input pixel lies under.
 * x [N * C, H, W] · w [kH * kW, C/g, O] → y [N, O, P].
 */
const DECONVOLUTION = program({
  name: 'deconvolution',
  rank: 3,
  parameters: {
    x: 'array',
    w: 'array',
    bias: 'array',
    allChannels: 'integer',
    groupChannels: 'integer',
    groupOutputs: 'integer',
    firstOutput: 'integer',
    slabs: 'integer',
    height: 'integer',
    width: 'integer',
    outWidth: 'integer',
    kernelHeight: 'integer',
    kernelWidth: 'integer',
    strideY: 'integer',
    strideX: 'integer',
    dilationY: 'integer',
    dilationX: 'integer',
    padTop: 'integer',
    padLeft: 'integer',
    lo: 'number',
    hi: 'number',
  },
  body: `${OWN_PIXEL}
    const group = Math.floor((o + firstOutput + 0.5) / groupOutputs);
    const plane = this.thread.z * allChannels + group * groupChannels;
    ${quotient('row', 'pixel', 'outWidth')}
    const top = row + padTop;
    const left = pixel - row * outWidth + padLeft;
    let sum = bias[o];
    for (let ky = 0; ky < kernelHeight; ky++) {
      const reachY = top - ky * dilationY;
      const iy = Math.floor((reachY + 0.5) / strideY);
      if (iy >= 0 && iy < height && reachY - iy * strideY < 0.5) {
        for (let kx = 0; kx < kernelWidth; kx++) {
          const reachX = left - kx * dilationX;
          const ix = Math.floor((reachX + 0.5) / strideX);
          if (ix >= 0 && ix < width && reachX - ix * strideX < 0.5) {
            let part = 0.0;
            for (let i = 0; i < groupChannels; i++) {
              part += x[plane + i][iy][ix] * w[ky * kernelWidth + kx][i][o];
            }
            sum += part;
          }
        }
      }
    }
    ${clamped('sum')}
    return sum;`,
});

/**
 * Deconvolution and DeconvolutionDepthwise: x [N,C,H,W] spread by w [C,O/g,kH,kW] → y [N,O,oH,oW]. Weights that are an
 * input, and NHWC, are left to the reference.
 */
export const bindDeconvolution: KernelBinder = (context, node, inputs) => {
  const attributes = node.attributes as DeconvolutionAttributes;
  const { weight, bias, hasOutputShape } = attributes;
  const [x] = inputs;
  if (weight === undefined || x?.dtype !== 'float32' || x.layout === 'NHWC') return undefined;
  if (hasOutputShape && inputs.at(-1)?.value === undefined) return undefined;
  const geometry = deconvolutionGeometry(attributes, inputs, `${node.name} (${node.definition.name})`);
  const { batch, outputChannels: outputs, inputChannels, group, kernel, output } = geometry;
  const sum = {
    owner: node,
    batch,
    outputs,
    plane: output[0] * output[1],
    inner: (inputChannels / group) * kernel[0] * kernel[1],
    bias,
    pack: (range: OutputRange) => packTaps(weight, geometry, range),
  };
  const ranges = outputRanges(sum, context.device.maxArrayBytes);
  const most = Math.max(...ranges.map(({ count }) => count));
  const slabs = slabsOf(context.device, sum.plane, most, batch);
  // Where taps come from is divided in loops, where checking would take long.
  const reach = Math.max(...output.map((extent, axis) => extent + geometry.pad[axis]));
  if (slabs === undefined || reach > EXACT_ROUNDING) return undefined;
  const step: RangeStep = (source, w, offset, range) =>
    context.device.run(
      DECONVOLUTION,
      {
        x: view(source, geometry.input[1], geometry.input[0], batch * inputChannels),
        w: view(w, range.count, inputChannels / group, kernel[0] * kernel[1]),
        bias: flat(offset),
        firstOutput: range.first,
        slabs,
        ...numbersOf(attributes, geometry),
      },
      slabThreads(slabs, sum.plane, range.count, batch),
    );
  return inRanges(context, sum, ranges, step);
};

function numbersOf(attributes: DeconvolutionAttributes, geometry: DeconvolutionGeometry) {
  const { stride, dilation } = attributes;
  const { inputChannels, outputChannels, group, input, output, kernel, pad } = geometry;
  const [lo, hi] = activationBounds(attributes);
  return {
    allChannels: inputChannels,
    groupChannels: inputChannels / group,
    groupOutputs: outputChannels / group,
    height: input[0],
    width: input[1],
    outWidth: output[1],
    kernelHeight: kernel[0],
    kernelWidth: kernel[1],
    strideY: stride[0],
    strideX: stride[1],
    dilationY: dilation[0],
    dilationX: dilation[1],
    padTop: pad[0],
    padLeft: pad[1],
    lo,
    hi,
  };
}

/** Weights [C, O/g, kH * kW] as [kH * kW, C/g, count]: neighbouring threads read neighbouring outputs. */
function packTaps(
  weight: ArrayLike<number>,
  { inputChannels, outputChannels, group, kernel }: DeconvolutionGeometry,
  { first, count }: OutputRange,
): Float32Array {
  const taps = kernel[0] * kernel[1];
  const [channels, outputs] = [inputChannels / group, outputChannels / group];
  const packed = new Float32Array(taps * channels * count);
  for (let i = 0; i < count; i++) {
    const o = first + i;
    for (let c = 0; c < channels; c++) {
      const source = ((Math.floor(o / outputs) * channels + c) * outputs + (o % outputs)) * taps;
      for (let tap = 0; tap < taps; tap++) packed[(tap * channels + c) * count + i] = weight[source + tap];
    }
  }
  return packed;
}
