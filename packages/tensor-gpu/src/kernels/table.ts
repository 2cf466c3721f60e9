import { bindBinaryOp } from './binary-op.ts';
import { bindBroadcastTo } from './broadcast-to.ts';
import { bindCast } from './cast.ts';
import { bindCol2Im } from './col2im.ts';
import { bindConcat, bindPack } from './concat.ts';
import type { KernelBinder } from './context.ts';
import { bindConvolution } from './convolution.ts';
import { bindDeconvolution } from './deconvolution.ts';
import { bindDepthToSpace, bindSpaceToDepth } from './depth-space.ts';
import { bindEltwise } from './eltwise.ts';
import { bindElu } from './elu.ts';
import { bindGather } from './gather.ts';
import { bindGatherElements } from './gather-elements.ts';
import { bindGatherNd } from './gather-nd.ts';
import { bindIdentity } from './identity.ts';
import { bindIm2Col } from './im2col.ts';
import { bindInstanceNorm } from './instance-norm.ts';
import { bindInterp } from './interp.ts';
import { bindLayerNorm } from './layer-norm.ts';
import { bindLrn } from './lrn.ts';
import { bindMatMul } from './mat-mul.ts';
import { bindMoments } from './moments.ts';
import { bindNormalize } from './normalize.ts';
import { bindPadding } from './padding.ts';
import { bindConvertTensor, bindPermute } from './permute.ts';
import { bindPooling } from './pooling.ts';
import { bindPooling3D } from './pooling3d.ts';
import { bindPrelu } from './prelu.ts';
import { bindRaster } from './raster.ts';
import { bindReduction } from './reduction.ts';
import { bindRelu } from './relu.ts';
import { bindRelu6 } from './relu6.ts';
import { bindReshape } from './reshape.ts';
import { bindReverse } from './reverse.ts';
import { bindBatchNorm, bindScale } from './scale.ts';
import { bindScatterElements, bindScatterNd } from './scatter.ts';
import { bindSelect } from './select.ts';
import { bindSelu } from './selu.ts';
import { bindCrop, bindSlice, bindSliceTf, bindStridedSlice } from './slices.ts';
import { bindSoftmax } from './softmax.ts';
import { bindBatchToSpace, bindSpaceToBatch } from './space-batch.ts';
import { bindThreshold } from './threshold.ts';
import { bindTile } from './tile.ts';
import { bindSigmoid, bindTanh, bindUnaryOp } from './unary-op.ts';
import { bindUnpack } from './unpack.ts';

/** The ops with a kernel, by MNN's name. An op that is missing here runs its reference on the host. */
const TABLE = {
  BatchNorm: bindBatchNorm,
  BatchToSpaceND: bindBatchToSpace,
  BinaryOp: bindBinaryOp,
  BroadcastTo: bindBroadcastTo,
  Cast: bindCast,
  CastLike: bindCast,
  Col2Im: bindCol2Im,
  Concat: bindConcat,
  ConvertTensor: bindConvertTensor,
  Convolution: bindConvolution,
  ConvolutionDepthwise: bindConvolution,
  Crop: bindCrop,
  Deconvolution: bindDeconvolution,
  DeconvolutionDepthwise: bindDeconvolution,
  DepthToSpace: bindDepthToSpace,
  Eltwise: bindEltwise,
  ELU: bindElu,
  Flatten: bindIdentity,
  GatherElements: bindGatherElements,
  GatherND: bindGatherNd,
  GatherV2: bindGather,
  Identity: bindIdentity,
  Im2Col: bindIm2Col,
  InstanceNorm: bindInstanceNorm,
  Interp: bindInterp,
  LayerNorm: bindLayerNorm,
  LRN: bindLrn,
  MatMul: bindMatMul,
  Moments: bindMoments,
  Normalize: bindNormalize,
  Pack: bindPack,
  Padding: bindPadding,
  Permute: bindPermute,
  Pooling: bindPooling,
  Pooling3D: bindPooling3D,
  PReLU: bindPrelu,
  Raster: bindRaster,
  Reduction: bindReduction,
  ReLU: bindRelu,
  ReLU6: bindRelu6,
  Reshape: bindReshape,
  Reverse: bindReverse,
  Scale: bindScale,
  ScatterElements: bindScatterElements,
  ScatterNd: bindScatterNd,
  Select: bindSelect,
  Selu: bindSelu,
  Sigmoid: bindSigmoid,
  Slice: bindSlice,
  SliceTf: bindSliceTf,
  Softmax: bindSoftmax,
  SpaceToBatchND: bindSpaceToBatch,
  SpaceToDepth: bindSpaceToDepth,
  Squeeze: bindIdentity,
  StridedSlice: bindStridedSlice,
  TanH: bindTanh,
  Threshold: bindThreshold,
  Tile: bindTile,
  UnaryOp: bindUnaryOp,
  Unpack: bindUnpack,
  Unsqueeze: bindIdentity,
} satisfies Partial<Record<string, KernelBinder>>;

export const KERNELS: ReadonlyMap<string, KernelBinder> = new Map(Object.entries(TABLE));
