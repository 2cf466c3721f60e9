/** What the cases of an op must show. */
export interface Demand {
  /** Numbers of dimensions of the input that counts. */
  readonly ranks: readonly number[];
  /** Where that input stands, where it is not the first one. */
  readonly input?: number;
  /** Images lie in memory in three ways. */
  readonly layouts?: boolean;
  /** Inputs of different shapes are repeated to one. */
  readonly broadcasts?: boolean;
  /** Attributes, or positions of inputs, that hold axes: some counted from the end. */
  readonly axes?: string | number;
  /** It takes whole numbers as well as floats. */
  readonly whole?: boolean;
  /** It computes: with NaN, infinities, zeros, the largest numbers. */
  readonly edges?: boolean;
}

const from = (least: number, most: number): number[] =>
  Array.from({ length: most - least + 1 }, (_, i) => least + i);
const ANY = from(1, 6);
const MATRICES = from(2, 6);

const pointwise: Demand = { ranks: ANY, layouts: true, edges: true };
const image: Demand = { ranks: [4], layouts: true };
const copied: Demand = { ranks: ANY, layouts: true, whole: true };
const list: Demand = { ranks: [1] };

/** By op. */
export const DEMANDS: Readonly<Record<string, Demand>> = {
  ArgMax: { ranks: ANY, layouts: true, axes: 'axis' },
  ArgMin: { ranks: ANY, layouts: true, axes: 'axis' },
  BatchNorm: { ranks: [2, 3, 4, 5], layouts: true, edges: true },
  BatchToSpaceND: image,
  BinaryOp: { ...pointwise, broadcasts: true, whole: true },
  BroadcastTo: { ...copied, layouts: false },
  Cast: { ...pointwise, whole: true },
  CastLike: { ...pointwise, whole: true },
  Col2Im: { ranks: [3] },
  Concat: { ...copied, axes: 'axis' },
  ConvertTensor: image,
  Convolution: image,
  Convolution3D: { ranks: [5] },
  ConvolutionDepthwise: image,
  ConvTranspose3D: { ranks: [5] },
  CosineSimilarity: { ranks: [4], layouts: true },
  Crop: { ...image, axes: 'axis' },
  CropAndResize: { ranks: [4] },
  CumProd: { ranks: ANY, axes: 'axis', edges: true },
  CumSum: { ranks: ANY, axes: 1, whole: true, edges: true },
  Deconvolution: image,
  DeconvolutionDepthwise: image,
  DepthToSpace: image,
  Det: { ranks: MATRICES, edges: true },
  DetectionOutput: { ranks: [2] },
  DetectionPostProcess: { ranks: [3] },
  Dilation2D: { ranks: [4] },
  Eltwise: pointwise,
  ELU: pointwise,
  EyeLike: { ranks: [2], whole: true },
  Fill: { ranks: [1] },
  Flatten: { ...copied, axes: 'axis' },
  GatherV2: { ...copied, axes: 'axis' },
  GatherElements: { ...copied, layouts: false, axes: 2 },
  GatherND: { ...copied, layouts: false },
  GridSample: { ranks: [4, 5] },
  Histogram: { ranks: ANY, whole: true },
  Identity: copied,
  If: { ranks: [] },
  Im2Col: { ranks: [4] },
  InnerProduct: { ranks: [2], edges: true },
  InstanceNorm: { ranks: [4], layouts: true },
  Interp: image,
  Interp3D: { ranks: [5] },
  LayerNorm: { ranks: MATRICES, axes: 'axes', edges: true },
  LinSpace: { ranks: [0] },
  LRN: image,
  LSTM: { ranks: [3, 4] },
  LSTMBlockCell: { ranks: [2] },
  MatMul: { ranks: ANY, broadcasts: true, edges: true },
  MatrixBandPart: { ranks: MATRICES, whole: true },
  Moments: { ranks: [2, 3, 4], edges: true },
  NonMaxSuppressionV2: { ranks: [2] },
  Normalize: { ranks: [4] },
  OneHot: { ranks: from(1, 5), axes: 'axis' },
  Pack: { ...copied, ranks: from(1, 5), axes: 'axis' },
  Padding: copied,
  Permute: copied,
  Pooling: image,
  Pooling3D: { ranks: [5] },
  PReLU: { ...image, edges: true },
  PriorBox: { ranks: [4] },
  Proposal: { ranks: [4] },
  Range: { ranks: [0], whole: true },
  Rank: copied,
  Raster: { ranks: from(1, 4), layouts: true, whole: true },
  Reduction: { ...copied, axes: 'axes', edges: true },
  ReLU: pointwise,
  ReLU6: pointwise,
  Reshape: copied,
  Resize: image,
  Reverse: { ...copied, axes: 1 },
  ReverseSequence: { ...copied, ranks: MATRICES, axes: 'timeAxis' },
  RNN: { ranks: [3] },
  RNNSequenceGRU: { ranks: [3] },
  ROIAlign: { ranks: [4] },
  ROIPooling: { ranks: [4] },
  Scale: { ranks: [2, 3, 4], layouts: true, edges: true },
  ScatterElements: { ...copied, layouts: false, axes: 3 },
  ScatterNd: { ...copied, layouts: false, input: 1 },
  Segment: { ranks: ANY },
  Select: { ...pointwise, input: 1, broadcasts: true, whole: true },
  Selu: pointwise,
  SetDiff1D: { ranks: [1] },
  Shape: copied,
  Sigmoid: pointwise,
  Size: copied,
  Slice: { ...copied, axes: 'axis' },
  SliceTf: copied,
  Softmax: { ranks: ANY, layouts: true, axes: 'axis', edges: true },
  SpaceToBatchND: image,
  SpaceToDepth: image,
  SpatialProduct: { ranks: [4] },
  Squeeze: { ...copied, axes: 'axes' },
  Stft: { ranks: [2, 3] },
  StridedSlice: { ...copied, axes: 3 },
  Svd: { ranks: [2] },
  TanH: pointwise,
  TensorArray: { ranks: [0, 1] },
  TensorArrayConcat: list,
  TensorArrayErase: list,
  TensorArrayGather: list,
  TensorArrayInsert: list,
  TensorArrayRead: list,
  TensorArrayScatter: list,
  TensorArraySize: list,
  TensorArraySplit: { ...list, input: 1, ranks: from(1, 4), axes: 'axis' },
  TensorArrayWrite: list,
  Threshold: pointwise,
  Tile: copied,
  TopKV2: { ranks: ANY, axes: 2, whole: true },
  UnaryOp: { ...pointwise, whole: true },
  Unique: { ranks: from(1, 4), whole: true },
  Unpack: { ...copied, ranks: MATRICES, axes: 'axis' },
  UnravelIndex: { ranks: [0, 1, 2] },
  Unsqueeze: { ...copied, ranks: from(1, 5), axes: 'axes' },
  Where: { ranks: from(1, 5), layouts: true, whole: true },
  While: { ranks: [1, 2, 3] },
  ZerosLike: copied,
};
