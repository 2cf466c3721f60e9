import type { KernelBinder } from './context.ts';
import { bindConvolution } from './convolution.ts';
import { bindDeconvolution } from './deconvolution.ts';
import { bindInterp } from './interp.ts';
import { bindMatMul } from './mat-mul.ts';
import { bindPooling } from './pooling.ts';
import { bindPooling3D } from './pooling3d.ts';
import { bindRelu } from './relu.ts';

/** The ops with a kernel, by MNN's name. An op that is missing here runs its reference on the host. */
const TABLE = {
  Convolution: bindConvolution,
  ConvolutionDepthwise: bindConvolution,
  Deconvolution: bindDeconvolution,
  DeconvolutionDepthwise: bindDeconvolution,
  Interp: bindInterp,
  MatMul: bindMatMul,
  Pooling: bindPooling,
  Pooling3D: bindPooling3D,
  ReLU: bindRelu,
} satisfies Partial<Record<string, KernelBinder>>;

export const KERNELS: ReadonlyMap<string, KernelBinder> = new Map(Object.entries(TABLE));
