import type { BoundKernel } from '@mnnquant/graph';
import type { KernelContext } from '../context.ts';
import { live } from '../tensor.ts';
import type { ConvolutionJob } from './convolution-job.ts';
import type { SampleConvolution } from './dense-convolution.ts';
import { staysInside, windowExtent, windowFields } from './window.ts';

/** Convolution with one input channel per output channel: x [N,C,H,W] · w [C,1,kH,kW] → y [N,C,oH,oW]. */
export function bindDepthwiseConvolution(context: KernelContext, job: ConvolutionJob): BoundKernel {
  const { window, batch, outputChannels: channels } = job;
  const run = depthwiseSample(context, job);
  const xBytes = channels * window.height * window.width * 4;
  const yBytes = channels * window.outHeight * window.outWidth * 4;
  return (inputs, outputs) => {
    const x = live(inputs[0]).address;
    const y = live(outputs[0]).address;
    for (let n = 0; n < batch; n++) run(x + n * xBytes, y + n * yBytes);
  };
}

export function depthwiseSample(context: KernelContext, job: ConvolutionJob): SampleConvolution {
  const { window, outputChannels: channels, lo, hi } = job;
  const weights = context.constants.floats(job.owner, `${job.role ?? ''}taps`, () =>
    Float32Array.from(job.weight()),
  );
  const bias = context.constants.floats(job.owner, `${job.role ?? ''}bias`, () =>
    job.bias ? Float32Array.from(job.bias) : new Float32Array(channels),
  );
  const geometry = context.constants.integers(windowFields({ ...window, channels }));
  const { height, width } = windowExtent(window);
  const padded = !staysInside(window);
  if (padded) context.scratch.reserve(height * width * 4);
  return (x, y) => {
    const plane = padded ? context.scratch.address : 0;
    context.wasm.depthwise(x, weights, bias, y, geometry, plane, height, width, lo, hi);
  };
}
