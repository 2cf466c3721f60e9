import { ACTIVATIONS, BINARY, ELTWISE, MATMUL, REDUCTION, UNARY } from './arithmetic-cases.ts';
import { COLUMNS, DILATION, SIMILARITY, SPATIAL_PRODUCT } from './column-cases.ts';
import { CONV_TRANSPOSE3D } from './conv-transpose3d-cases.ts';
import { CONVERTED } from './converted-cases.ts';
import { CONVERTED_FROM_CAFFE } from './converted-from-caffe-cases.ts';
import { CONVERTED_FROM_TF } from './converted-from-tf-cases.ts';
import { CONVOLUTION, DEPTHWISE } from './convolution-cases.ts';
import { CONVOLUTION3D } from './convolution3d-cases.ts';
import { DECONVOLUTION, DECONVOLUTION_DEPTHWISE } from './deconvolution-cases.ts';
import { DETECTION } from './detection-cases.ts';
import { DIMENSIONS } from './dimension-cases.ts';
import { EDGE_CASES } from './edge-cases.ts';
import { EMPTY } from './empty-cases.ts';
import type { GoldenCase } from './golden-case.ts';
import { ORDER, PICK, SCATTER } from './indexing-cases.ts';
import { INTERP, INTERP3D, VOLUMES } from './interp-cases.ts';
import { JOIN, PERMUTE, RESHAPE, SLICE } from './layout-cases.ts';
import { LISTS } from './list-cases.ts';
import { LOOPS } from './loop-cases.ts';
import { MATRICES } from './matrix-cases.ts';
import { ALONG_AXES, BLOCKS, CHOICES, NORMS } from './more-cases.ts';
import { PACKED } from './packed-cases.ts';
import { POOLING, POOLING_INDICES, POOLING3D } from './pooling-cases.ts';
import { POST_PROCESS, PROPOSALS } from './proposal-cases.ts';
import { RARE } from './rare-cases.ts';
import { RASTER } from './raster-cases.ts';
import { GRU, LSTM, LSTM_BLOCK_CELL, RNN } from './recurrent-cases.ts';
import { BOXES, REGIONS, SPACE_BATCH } from './region-cases.ts';
import { SETS } from './set-cases.ts';
import { SIGNALS } from './signal-cases.ts';
import { CROP, GRID_SAMPLE, RESIZE, RESPONSE_NORMS } from './vision-cases.ts';
import { AXES, FIVE_DIMENSIONS, MANY_DIMENSIONS, NHWC_CASES, WHOLE_NUMBERS } from './wide-cases.ts';

/** Cases by the name of the file with MNN's answers. */
export const GOLDEN: Readonly<Record<string, readonly GoldenCase[]>> = {
  convolution: CONVOLUTION,
  depthwise: DEPTHWISE,
  deconvolution: DECONVOLUTION,
  deconvolutionDepthwise: DECONVOLUTION_DEPTHWISE,
  pooling: POOLING,
  pooling3d: POOLING3D,
  binary: BINARY,
  unary: UNARY,
  activations: ACTIVATIONS,
  eltwise: ELTWISE,
  reduction: REDUCTION,
  matmul: MATMUL,
  reshape: RESHAPE,
  permute: PERMUTE,
  slice: SLICE,
  join: JOIN,
  interp: INTERP,
  volumes: VOLUMES,
  interp3d: INTERP3D,
  blocks: BLOCKS,
  alongAxes: ALONG_AXES,
  choices: CHOICES,
  norms: NORMS,
  gridSample: GRID_SAMPLE,
  crop: CROP,
  convolution3d: CONVOLUTION3D,
  resize: RESIZE,
  detection: DETECTION,
  regions: REGIONS,
  boxes: BOXES,
  spaceBatch: SPACE_BATCH,
  responseNorms: RESPONSE_NORMS,
  lists: LISTS,
  loops: LOOPS,
  scatter: SCATTER,
  pick: PICK,
  order: ORDER,
  lstm: LSTM,
  rnn: RNN,
  gru: GRU,
  lstmBlockCell: LSTM_BLOCK_CELL,
  convTranspose3d: CONV_TRANSPOSE3D,
  poolingIndices: POOLING_INDICES,
  nhwc: NHWC_CASES,
  axes: AXES,
  fiveDimensions: FIVE_DIMENSIONS,
  manyDimensions: MANY_DIMENSIONS,
  wholeNumbers: WHOLE_NUMBERS,
  empty: EMPTY,
  edges: EDGE_CASES,
  packed: PACKED,
  converted: CONVERTED,
  proposals: PROPOSALS,
  postProcess: POST_PROCESS,
  matrices: MATRICES,
  signals: SIGNALS,
  sets: SETS,
  raster: RASTER,
  columns: COLUMNS,
  dilation: DILATION,
  spatialProduct: SPATIAL_PRODUCT,
  similarity: SIMILARITY,
  convertedFromTf: CONVERTED_FROM_TF,
  convertedFromCaffe: CONVERTED_FROM_CAFFE,
  ...DIMENSIONS,
  rare: RARE,
};

/** What MNN answered, by case title: one entry per output; what is no number or has no end as text. */
export type GoldenAnswers = Readonly<Record<string, readonly GoldenAnswer[]>>;

export interface GoldenAnswer {
  readonly shape: readonly number[];
  readonly data: readonly (number | string)[];
}
