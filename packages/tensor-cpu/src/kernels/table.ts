import type { KernelBinder } from '../context.ts';
import { bindBatchNorm } from './batch-norm.ts';
import { bindBinaryOp } from './binary-op.ts';
import { bindConcat } from './concat.ts';
import { bindConvolution } from './convolution.ts';
import { bindCopy, bindReshape } from './copy.ts';
import { bindEltwise } from './eltwise.ts';
import { bindMatMul } from './mat-mul.ts';
import { bindConvertTensor, bindPermute } from './permute.ts';
import { bindPooling } from './pooling.ts';
import { bindPooling3D } from './pooling3d.ts';
import { bindPrelu } from './prelu.ts';
import { bindRelu } from './relu.ts';
import { bindRelu6 } from './relu6.ts';
import { bindScale } from './scale.ts';
import { bindSigmoid, bindTanh, bindUnaryOp } from './unary-op.ts';

/** The accelerated ops, by MNN's name. An op that is missing here runs its reference on the host. */
const TABLE = {
  BatchNorm: bindBatchNorm,
  BinaryOp: bindBinaryOp,
  Concat: bindConcat,
  ConvertTensor: bindConvertTensor,
  Convolution: bindConvolution,
  ConvolutionDepthwise: bindConvolution,
  Eltwise: bindEltwise,
  Flatten: bindCopy,
  Identity: bindCopy,
  MatMul: bindMatMul,
  Permute: bindPermute,
  Pooling: bindPooling,
  Pooling3D: bindPooling3D,
  PReLU: bindPrelu,
  ReLU: bindRelu,
  ReLU6: bindRelu6,
  Reshape: bindReshape,
  Scale: bindScale,
  Sigmoid: bindSigmoid,
  Squeeze: bindCopy,
  TanH: bindTanh,
  UnaryOp: bindUnaryOp,
  Unsqueeze: bindCopy,
} satisfies Partial<Record<string, KernelBinder>>;

export const KERNELS: ReadonlyMap<string, KernelBinder> = new Map(Object.entries(TABLE));
