import type { OpDefinition } from '../op.ts';
import { argMax, argMin } from './arg-max.ts';
import { batchNorm } from './batch-norm.ts';
import { binaryOp } from './binary-op.ts';
import { broadcastTo } from './broadcast-to.ts';
import { cast } from './cast.ts';
import { castLike } from './cast-like.ts';
import { col2im } from './col2im.ts';
import { concat } from './concat.ts';
import { convTranspose3d } from './conv-transpose3d.ts';
import { convertTensor } from './convert-tensor.ts';
import { convolution, convolutionDepthwise } from './convolution.ts';
import { convolution3d } from './convolution3d.ts';
import { cosineSimilarity } from './cosine-similarity.ts';
import { crop } from './crop.ts';
import { cropAndResize } from './crop-and-resize.ts';
import { cumProd, cumSum } from './cumulative.ts';
import { deconvolution, deconvolutionDepthwise } from './deconvolution.ts';
import { depthToSpace, spaceToDepth } from './depth-space.ts';
import { det } from './det.ts';
import { detectionOutput } from './detection-output.ts';
import { detectionPostProcess } from './detection-post-process.ts';
import { dilation2d } from './dilation2d.ts';
import { eltwise } from './eltwise.ts';
import { elu } from './elu.ts';
import { eyeLike } from './eye-like.ts';
import { fill } from './fill.ts';
import { flatten } from './flatten.ts';
import { gather } from './gather.ts';
import { gatherElements } from './gather-elements.ts';
import { gatherNd } from './gather-nd.ts';
import { gridSample } from './grid-sample.ts';
import { histogram } from './histogram.ts';
import { identity } from './identity.ts';
import { ifOp } from './if.ts';
import { im2col } from './im2col.ts';
import { innerProduct } from './inner-product.ts';
import { instanceNorm } from './instance-norm.ts';
import { interp } from './interp.ts';
import { interp3d } from './interp3d.ts';
import { layerNorm } from './layer-norm.ts';
import { linSpace } from './lin-space.ts';
import { lrn } from './lrn.ts';
import { lstm } from './lstm.ts';
import { lstmBlockCell } from './lstm-block-cell.ts';
import { matMul } from './mat-mul.ts';
import { matrixBandPart } from './matrix-band-part.ts';
import { moments } from './moments.ts';
import { nonMaxSuppression } from './non-max-suppression.ts';
import { normalize } from './normalize.ts';
import { oneHot } from './one-hot.ts';
import { pack } from './pack.ts';
import { padding } from './padding.ts';
import { permute } from './permute.ts';
import { pooling } from './pooling.ts';
import { pooling3d } from './pooling3d.ts';
import { prelu } from './prelu.ts';
import { priorBox } from './prior-box.ts';
import { proposal } from './proposal.ts';
import { range } from './range.ts';
import { rank } from './rank.ts';
import { raster } from './raster.ts';
import { reduction } from './reduction.ts';
import { relu } from './relu.ts';
import { relu6 } from './relu6.ts';
import { reshape } from './reshape.ts';
import { resize } from './resize.ts';
import { reverse } from './reverse.ts';
import { reverseSequence } from './reverse-sequence.ts';
import { rnn } from './rnn.ts';
import { rnnSequenceGru } from './rnn-sequence-gru.ts';
import { roiAlign } from './roi-align.ts';
import { roiPooling } from './roi-pooling.ts';
import { scale } from './scale.ts';
import { scatterElements } from './scatter-elements.ts';
import { scatterNd } from './scatter-nd.ts';
import { segment } from './segment.ts';
import { select } from './select.ts';
import { selu } from './selu.ts';
import { setDiff1d } from './set-diff1d.ts';
import { shape } from './shape.ts';
import { sigmoidOp } from './sigmoid.ts';
import { size } from './size.ts';
import { slice } from './slice.ts';
import { sliceTf } from './slice-tf.ts';
import { softmax } from './softmax.ts';
import { batchToSpaceNd, spaceToBatchNd } from './space-batch.ts';
import { spatialProduct } from './spatial-product.ts';
import { squeeze } from './squeeze.ts';
import { stft } from './stft.ts';
import { stridedSlice } from './strided-slice.ts';
import { svd } from './svd.ts';
import { tanhOp } from './tanh.ts';
import { tensorArray } from './tensor-array.ts';
import { tensorArrayConcat } from './tensor-array-concat.ts';
import { tensorArrayErase } from './tensor-array-erase.ts';
import { tensorArrayGather } from './tensor-array-gather.ts';
import { tensorArrayInsert } from './tensor-array-insert.ts';
import { tensorArrayRead } from './tensor-array-read.ts';
import { tensorArrayScatter } from './tensor-array-scatter.ts';
import { tensorArraySize } from './tensor-array-size.ts';
import { tensorArraySplit } from './tensor-array-split.ts';
import { tensorArrayWrite } from './tensor-array-write.ts';
import { threshold } from './threshold.ts';
import { tile } from './tile.ts';
import { topK } from './top-k.ts';
import { unaryOp } from './unary-op.ts';
import { unique } from './unique.ts';
import { unpack } from './unpack.ts';
import { unravelIndex } from './unravel-index.ts';
import { unsqueeze } from './unsqueeze.ts';
import { where } from './where.ts';
import { whileOp } from './while.ts';
import { zerosLike } from './zeros-like.ts';

/** Every op that can be evaluated. */
export const OPS: readonly OpDefinition[] = [
  argMax,
  argMin,
  batchNorm,
  batchToSpaceNd,
  binaryOp,
  broadcastTo,
  cast,
  castLike,
  col2im,
  concat,
  convertTensor,
  convolution,
  convolution3d,
  convolutionDepthwise,
  convTranspose3d,
  cosineSimilarity,
  crop,
  cropAndResize,
  cumProd,
  cumSum,
  deconvolution,
  deconvolutionDepthwise,
  depthToSpace,
  det,
  detectionOutput,
  detectionPostProcess,
  dilation2d,
  eltwise,
  elu,
  eyeLike,
  fill,
  flatten,
  gather,
  gatherElements,
  gatherNd,
  gridSample,
  histogram,
  identity,
  ifOp,
  im2col,
  innerProduct,
  instanceNorm,
  interp,
  interp3d,
  layerNorm,
  linSpace,
  lrn,
  lstm,
  lstmBlockCell,
  matMul,
  matrixBandPart,
  moments,
  nonMaxSuppression,
  normalize,
  oneHot,
  pack,
  padding,
  permute,
  pooling,
  pooling3d,
  prelu,
  priorBox,
  proposal,
  range,
  rank,
  raster,
  reduction,
  relu,
  relu6,
  reshape,
  resize,
  reverse,
  reverseSequence,
  rnn,
  rnnSequenceGru,
  roiAlign,
  roiPooling,
  scale,
  scatterElements,
  scatterNd,
  segment,
  select,
  selu,
  setDiff1d,
  shape,
  sigmoidOp,
  size,
  slice,
  sliceTf,
  softmax,
  spaceToBatchNd,
  spaceToDepth,
  spatialProduct,
  squeeze,
  stft,
  stridedSlice,
  svd,
  tanhOp,
  tensorArray,
  tensorArrayConcat,
  tensorArrayErase,
  tensorArrayGather,
  tensorArrayInsert,
  tensorArrayRead,
  tensorArrayScatter,
  tensorArraySize,
  tensorArraySplit,
  tensorArrayWrite,
  threshold,
  tile,
  topK,
  unaryOp,
  unique,
  unpack,
  unravelIndex,
  unsqueeze,
  where,
  whileOp,
  zerosLike,
];

/** By `OpType`. */
export const DEFINITIONS: ReadonlyMap<number, OpDefinition> = new Map(
  OPS.flatMap((definition) => definition.opTypes.map((type) => [type, definition] as const)),
);
