/** The evaluated ops by what they are for, in the order of the page; by the name of their definition. */
export const AREAS: Readonly<Record<string, readonly string[]>> = {
  'Convolutions and products of matrices': [
    ...['Convolution', 'ConvolutionDepthwise', 'Deconvolution', 'DeconvolutionDepthwise'],
    ...['Convolution3D', 'ConvTranspose3D', 'InnerProduct', 'MatMul', 'Im2Col', 'Col2Im'],
    ...['Det', 'Svd', 'Stft'],
  ],
  'Pooling and resizing': [
    ...[
      'Dilation2D',
      'Pooling',
      'Pooling3D',
      'Interp',
      'Interp3D',
      'Resize',
      'GridSample',
      'CropAndResize',
      'ROIPooling',
      'ROIAlign',
    ],
  ],
  'Arithmetic and activations': [
    ...[
      'BinaryOp',
      'UnaryOp',
      'Eltwise',
      'Scale',
      'ReLU',
      'ReLU6',
      'PReLU',
      'ELU',
      'Selu',
      'Sigmoid',
      'TanH',
    ],
    ...[
      'Threshold',
      'Softmax',
      'Reduction',
      'CumSum',
      'CumProd',
      'Select',
      'Cast',
      'CastLike',
      'Segment',
      'Histogram',
      'SpatialProduct',
      'CosineSimilarity',
    ],
  ],
  Normalization: ['BatchNorm', 'LayerNorm', 'InstanceNorm', 'LRN', 'Normalize', 'Moments'],
  'Shape and layout': [
    ...[
      'Reshape',
      'Permute',
      'ConvertTensor',
      'Concat',
      'Slice',
      'SliceTf',
      'StridedSlice',
      'Crop',
      'Padding',
      'Raster',
    ],
    ...['Squeeze', 'Unsqueeze', 'Flatten', 'Identity', 'Pack', 'Unpack', 'Tile', 'BroadcastTo'],
    ...['DepthToSpace', 'SpaceToDepth', 'SpaceToBatchND', 'BatchToSpaceND'],
    ...['Shape', 'Rank', 'Size', 'Fill', 'ZerosLike', 'EyeLike', 'MatrixBandPart', 'Range', 'LinSpace'],
  ],
  'Indexing and ordering': [
    ...[
      'GatherV2',
      'GatherElements',
      'GatherND',
      'ScatterElements',
      'ScatterNd',
      'ArgMax',
      'ArgMin',
      'TopKV2',
    ],
    ...['OneHot', 'Where', 'Unique', 'SetDiff1D', 'UnravelIndex', 'Reverse', 'ReverseSequence'],
  ],
  'Sequences and control flow': ['LSTM', 'LSTMBlockCell', 'RNN', 'RNNSequenceGRU', 'If', 'While'],
  Detection: ['PriorBox', 'DetectionOutput', 'DetectionPostProcess', 'Proposal', 'NonMaxSuppressionV2'],
  'Lists of tensors': [
    ...['TensorArray', 'TensorArraySize', 'TensorArrayRead', 'TensorArrayWrite', 'TensorArrayInsert'],
    ...['TensorArrayErase', 'TensorArraySplit', 'TensorArrayConcat', 'TensorArrayScatter'],
    'TensorArrayGather',
  ],
};

/** Ops that no area lists and names that no op has, each in a sentence. */
export function areaProblems(names: readonly string[]): string[] {
  const listed = Object.values(AREAS).flat();
  return [
    ...names.filter((name) => !listed.includes(name)).map((name) => `${name}: add it to an area in areas.ts`),
    ...listed.filter((name) => !names.includes(name)).map((name) => `${name}: in areas.ts, but no op`),
    ...listed.filter((name, i) => listed.indexOf(name) !== i).map((name) => `${name}: twice in areas.ts`),
  ];
}
