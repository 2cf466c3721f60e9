import type { KernelBinder } from './context.ts';
import { bindConvolution } from './convolution.ts';
import { bindRelu } from './relu.ts';

/** The ops with a kernel, by MNN's name. An op that is missing here runs its reference on the host. */
const TABLE = {
  Convolution: bindConvolution,
  ConvolutionDepthwise: bindConvolution,
  ReLU: bindRelu,
} satisfies Partial<Record<string, KernelBinder>>;

export const KERNELS: ReadonlyMap<string, KernelBinder> = new Map(Object.entries(TABLE));
