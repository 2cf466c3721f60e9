import { bindBinaryOp } from './binary-op.ts';
import { bindBroadcastTo } from './broadcast-to.ts';
import { bindCast } from './cast.ts';
import type { KernelBinder } from './context.ts';
import { bindConvolution } from './convolution.ts';
import { bindDeconvolution } from './deconvolution.ts';
import { bindEltwise } from './eltwise.ts';
import { bindElu } from './elu.ts';
import { bindInstanceNorm } from './instance-norm.ts';
import { bindInterp } from './interp.ts';
import { bindLayerNorm } from './layer-norm.ts';
import { bindLrn } from './lrn.ts';
import { bindMatMul } from './mat-mul.ts';
import { bindMoments } from './moments.ts';
import { bindNormalize } from './normalize.ts';
import { bindPooling } from './pooling.ts';
import { bindPooling3D } from './pooling3d.ts';
import { bindPrelu } from './prelu.ts';
import { bindReduction } from './reduction.ts';
import { bindRelu } from './relu.ts';
import { bindRelu6 } from './relu6.ts';
import { bindBatchNorm, bindScale } from './scale.ts';
import { bindSelect } from './select.ts';
import { bindSelu } from './selu.ts';
import { bindSoftmax } from './softmax.ts';
import { bindThreshold } from './threshold.ts';
import { bindSigmoid, bindTanh, bindUnaryOp } from './unary-op.ts';

/** The ops with a kernel, by MNN's name. An op that is missing here runs its reference on the host. */
const TABLE = {
  BatchNorm: bindBatchNorm,
  BinaryOp: bindBinaryOp,
  BroadcastTo: bindBroadcastTo,
  Cast: bindCast,
  CastLike: bindCast,
  Convolution: bindConvolution,
  ConvolutionDepthwise: bindConvolution,
  Deconvolution: bindDeconvolution,
  DeconvolutionDepthwise: bindDeconvolution,
  Eltwise: bindEltwise,
  ELU: bindElu,
  InstanceNorm: bindInstanceNorm,
  Interp: bindInterp,
  LayerNorm: bindLayerNorm,
  LRN: bindLrn,
  MatMul: bindMatMul,
  Moments: bindMoments,
  Normalize: bindNormalize,
  Pooling: bindPooling,
  Pooling3D: bindPooling3D,
  PReLU: bindPrelu,
  Reduction: bindReduction,
  ReLU: bindRelu,
  ReLU6: bindRelu6,
  Scale: bindScale,
  Select: bindSelect,
  Selu: bindSelu,
  Sigmoid: bindSigmoid,
  Softmax: bindSoftmax,
  TanH: bindTanh,
  Threshold: bindThreshold,
  UnaryOp: bindUnaryOp,
} satisfies Partial<Record<string, KernelBinder>>;

export const KERNELS: ReadonlyMap<string, KernelBinder> = new Map(Object.entries(TABLE));
