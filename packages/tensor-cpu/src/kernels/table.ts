import type { KernelBinder } from '../context.ts';
import { bindBatchNorm } from './batch-norm.ts';
import { bindBinaryOp } from './binary-op.ts';
import { bindBroadcastTo } from './broadcast-to.ts';
import { bindCast } from './cast.ts';
import { bindConcat } from './concat.ts';
import { bindConvolution } from './convolution.ts';
import { bindCopy, bindReshape } from './copy.ts';
import { bindCrop } from './crop.ts';
import { bindDeconvolution } from './deconvolution.ts';
import { bindDepthToSpace, bindSpaceToDepth } from './depth-space.ts';
import { bindEltwise } from './eltwise.ts';
import { bindGather } from './gather.ts';
import { bindInt8BinaryOp } from './int8-binary-op.ts';
import { bindFloatToInt8, bindInt8ToFloat } from './int8-casts.ts';
import { bindInt8Convolution } from './int8-convolution.ts';
import { bindInt8LookUp, bindInt8LookUpByChannel, bindInt8Prelu, bindInt8Relu } from './int8-look-up.ts';
import { bindInt8Pooling } from './int8-pooling.ts';
import { bindInterp } from './interp.ts';
import { bindLayerNorm } from './layer-norm.ts';
import { bindLrn } from './lrn.ts';
import { bindMatMul } from './mat-mul.ts';
import { bindPadding } from './padding.ts';
import { bindConvertTensor, bindPermute } from './permute.ts';
import { bindPooling } from './pooling.ts';
import { bindPooling3D } from './pooling3d.ts';
import { bindPrelu } from './prelu.ts';
import { bindReduction } from './reduction.ts';
import { bindRelu } from './relu.ts';
import { bindRelu6 } from './relu6.ts';
import { bindScale } from './scale.ts';
import { bindScatterNd } from './scatter-nd.ts';
import { bindSelect } from './select.ts';
import { bindSlice, bindSliceTf, bindStridedSlice } from './slices.ts';
import { bindSoftmax } from './softmax.ts';
import { bindBatchToSpace, bindSpaceToBatch } from './space-batch.ts';
import { bindStack, bindUnstack } from './stack.ts';
import { bindTile } from './tile.ts';
import { bindSigmoid, bindTanh, bindUnaryOp } from './unary-op.ts';

/** The accelerated ops, by MNN's name. An op that is missing here runs its reference on the host. */
const TABLE = {
  BatchNorm: bindBatchNorm,
  BatchToSpaceND: bindBatchToSpace,
  BinaryOp: bindBinaryOp,
  BroadcastTo: bindBroadcastTo,
  Cast: bindCast,
  Concat: bindConcat,
  ConvertTensor: bindConvertTensor,
  Convolution: bindConvolution,
  ConvolutionDepthwise: bindConvolution,
  Crop: bindCrop,
  Deconvolution: bindDeconvolution,
  DeconvolutionDepthwise: bindDeconvolution,
  DepthToSpace: bindDepthToSpace,
  Eltwise: bindEltwise,
  Flatten: bindCopy,
  FloatToInt8: bindFloatToInt8,
  GatherV2: bindGather,
  Identity: bindCopy,
  Int8Convolution: bindInt8Convolution,
  Int8ConvolutionDepthwise: bindInt8Convolution,
  Int8ToFloat: bindInt8ToFloat,
  Int8BinaryOp: bindInt8BinaryOp,
  Int8Pooling: bindInt8Pooling,
  Int8PReLU: bindInt8Prelu,
  Int8ReLU: bindInt8Relu,
  Int8Scale: bindInt8LookUpByChannel,
  Int8UnaryOp: bindInt8LookUp,
  Interp: bindInterp,
  LayerNorm: bindLayerNorm,
  LRN: bindLrn,
  MatMul: bindMatMul,
  Pack: bindStack,
  Padding: bindPadding,
  Permute: bindPermute,
  Pooling: bindPooling,
  Pooling3D: bindPooling3D,
  PReLU: bindPrelu,
  Reduction: bindReduction,
  ReLU: bindRelu,
  ReLU6: bindRelu6,
  Reshape: bindReshape,
  Scale: bindScale,
  ScatterNd: bindScatterNd,
  Select: bindSelect,
  Sigmoid: bindSigmoid,
  Slice: bindSlice,
  SliceTf: bindSliceTf,
  Softmax: bindSoftmax,
  SpaceToBatchND: bindSpaceToBatch,
  SpaceToDepth: bindSpaceToDepth,
  Squeeze: bindCopy,
  StridedSlice: bindStridedSlice,
  TanH: bindTanh,
  Tile: bindTile,
  UnaryOp: bindUnaryOp,
  Unpack: bindUnstack,
  Unsqueeze: bindCopy,
} satisfies Partial<Record<string, KernelBinder>>;

export const KERNELS: ReadonlyMap<string, KernelBinder> = new Map(Object.entries(TABLE));
