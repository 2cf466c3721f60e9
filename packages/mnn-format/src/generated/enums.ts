// Generated from schema/*.fbs by scripts/generate-schema.mjs. Do not edit.

export const OpType = {
  AbsVal: 0,
  QuantizedAdd: 1,
  ArgMax: 2,
  AsString: 3,
  InstanceNorm: 4,
  BatchToSpaceND: 5,
  Copy: 6,
  BinaryOp: 7,
  Bnll: 8,
  Cast: 9,
  Concat: 10,
  Const: 11,
  Convolution: 12,
  ConvolutionDepthwise: 13,
  Crop: 14,
  CropAndResize: 15,
  ImageProcess: 16,
  Deconvolution: 17,
  DeconvolutionDepthwise: 18,
  Dequantize: 19,
  DetectionOutput: 20,
  Dropout: 21,
  Eltwise: 22,
  ELU: 23,
  Unique: 24,
  Exp: 25,
  ExpandDims: 26,
  Fill: 27,
  Flatten: 28,
  Im2Col: 29,
  Gather: 30,
  GatherV2: 31,
  Im2Seq: 32,
  InnerProduct: 33,
  Input: 34,
  Interp: 35,
  Log: 36,
  LRN: 37,
  LSTM: 38,
  MatMul: 39,
  MoE: 40,
  NonMaxSuppression: 41,
  NonMaxSuppressionV2: 42,
  Normalize: 43,
  Pack: 44,
  Padding: 45,
  Permute: 46,
  Pooling: 47,
  Power: 48,
  PReLU: 49,
  PriorBox: 50,
  Proposal: 51,
  QuantizedAvgPool: 52,
  QuantizedBiasAdd: 53,
  QuantizedConcat: 54,
  QuantizedDepthwiseConv2D: 55,
  QuantizedLogistic: 56,
  RasterAndInterpolate: 57,
  QuantizedMaxPool: 58,
  Texture: 59,
  RasterDiff: 60,
  QuantizedReshape: 61,
  QuantizedSoftmax: 62,
  QuantizeMaxMin: 63,
  QuantizeV2: 64,
  Range: 65,
  Rank: 66,
  ReduceJoin: 67,
  Reduction: 68,
  ReLU: 69,
  ReLU6: 70,
  RequantizationRange: 71,
  Requantize: 72,
  Reshape: 73,
  Resize: 74,
  RNN: 75,
  ROIPooling: 76,
  Scale: 77,
  Selu: 78,
  Seq2Out: 79,
  Shape: 80,
  Sigmoid: 81,
  Size: 82,
  Slice: 83,
  SliceTf: 84,
  Softmax: 85,
  SpaceToBatchND: 86,
  SpatialProduct: 87,
  Col2Im: 88,
  Segment: 89,
  Squeeze: 90,
  StridedSlice: 91,
  CastLike: 92,
  StringSplit: 93,
  StringToNumber: 94,
  TanH: 95,
  TfQuantizedConv2D: 96,
  Threshold: 97,
  Tile: 98,
  TopKV2: 99,
  Transpose: 100,
  UnaryOp: 101,
  Unpack: 102,
  Where: 103,
  Moments: 104,
  RNNSequenceGRU: 105,
  BatchMatMul: 106,
  Unsqueeze: 107,
  CosineSimilarity: 108,
  DepthToSpace: 109,
  SpaceToDepth: 110,
  ReverseSequence: 111,
  Pooling3D: 112,
  Convolution3D: 113,
  MatrixBandPart: 114,
  GatherND: 115,
  DetectionPostProcess: 116,
  UnravelIndex: 117,
  ScatterNd: 118,
  OneHot: 119,
  BroadcastTo: 120,
  Dilation2D: 121,
  Interp3D: 122,
  Raster: 128,
  ConvertTensor: 129,
  ArgMin: 130,
  LinSpace: 131,
  RandomUniform: 132,
  TensorArray: 133,
  TensorArraySize: 134,
  TensorArrayRead: 135,
  TensorArrayWrite: 136,
  TensorArrayGather: 137,
  TensorArrayScatter: 138,
  TensorArraySplit: 139,
  TensorArrayConcat: 140,
  LSTMBlockCell: 141,
  Reverse: 142,
  ROIAlign: 143,
  RandomNormal: 144,
  TensorArrayInsert: 145,
  TensorArrayErase: 146,
  EyeLike: 147,
  CumSum: 148,
  Det: 149,
  CumProd: 150,
  ScatterElements: 151,
  GatherElements: 152,
  Svd: 153,
  Histogram: 154,
  DynamicQuant: 155,
  Stft: 156,
  Plugin: 256,
  Select: 257,
  ZerosLike: 258,
  Broastcast: 259,
  SetDiff1D: 260,
  ReluGrad: 261,
  Identity: 262,
  PoolGrad: 263,
  SoftmaxGrad: 264,
  Conv2DBackPropFilter: 265,
  TrainableParam: 266,
  BatchNorm: 267,
  ConvTranspose3D: 268,
  ZeroGrad: 269,
  Attention: 299,
  FmhaV2: 300,
  Fmhca: 301,
  SeqLen2Spatial: 302,
  SplitGeLU: 303,
  GroupNorm: 304,
  LinearAttention: 305,
  RoPE: 306,
  FusedLinear: 307,
  GatedRMSNorm: 308,
  Extra: 512,
  ConvInt8: 513,
  Int8ToFloat: 514,
  DepthwiseConvInt8: 515,
  FloatToInt8: 517,
  EltwiseInt8: 518,
  While: 600,
  If: 601,
  LayerNorm: 603,
  GridSample: 604,
} as const;
/** A value of {@link OpType}, or a number that a newer schema added. */
export type OpType = number;
export const OpTypeNames: Readonly<Record<number, string>> = {
  0: 'AbsVal',
  1: 'QuantizedAdd',
  2: 'ArgMax',
  3: 'AsString',
  4: 'InstanceNorm',
  5: 'BatchToSpaceND',
  6: 'Copy',
  7: 'BinaryOp',
  8: 'Bnll',
  9: 'Cast',
  10: 'Concat',
  11: 'Const',
  12: 'Convolution',
  13: 'ConvolutionDepthwise',
  14: 'Crop',
  15: 'CropAndResize',
  16: 'ImageProcess',
  17: 'Deconvolution',
  18: 'DeconvolutionDepthwise',
  19: 'Dequantize',
  20: 'DetectionOutput',
  21: 'Dropout',
  22: 'Eltwise',
  23: 'ELU',
  24: 'Unique',
  25: 'Exp',
  26: 'ExpandDims',
  27: 'Fill',
  28: 'Flatten',
  29: 'Im2Col',
  30: 'Gather',
  31: 'GatherV2',
  32: 'Im2Seq',
  33: 'InnerProduct',
  34: 'Input',
  35: 'Interp',
  36: 'Log',
  37: 'LRN',
  38: 'LSTM',
  39: 'MatMul',
  40: 'MoE',
  41: 'NonMaxSuppression',
  42: 'NonMaxSuppressionV2',
  43: 'Normalize',
  44: 'Pack',
  45: 'Padding',
  46: 'Permute',
  47: 'Pooling',
  48: 'Power',
  49: 'PReLU',
  50: 'PriorBox',
  51: 'Proposal',
  52: 'QuantizedAvgPool',
  53: 'QuantizedBiasAdd',
  54: 'QuantizedConcat',
  55: 'QuantizedDepthwiseConv2D',
  56: 'QuantizedLogistic',
  57: 'RasterAndInterpolate',
  58: 'QuantizedMaxPool',
  59: 'Texture',
  60: 'RasterDiff',
  61: 'QuantizedReshape',
  62: 'QuantizedSoftmax',
  63: 'QuantizeMaxMin',
  64: 'QuantizeV2',
  65: 'Range',
  66: 'Rank',
  67: 'ReduceJoin',
  68: 'Reduction',
  69: 'ReLU',
  70: 'ReLU6',
  71: 'RequantizationRange',
  72: 'Requantize',
  73: 'Reshape',
  74: 'Resize',
  75: 'RNN',
  76: 'ROIPooling',
  77: 'Scale',
  78: 'Selu',
  79: 'Seq2Out',
  80: 'Shape',
  81: 'Sigmoid',
  82: 'Size',
  83: 'Slice',
  84: 'SliceTf',
  85: 'Softmax',
  86: 'SpaceToBatchND',
  87: 'SpatialProduct',
  88: 'Col2Im',
  89: 'Segment',
  90: 'Squeeze',
  91: 'StridedSlice',
  92: 'CastLike',
  93: 'StringSplit',
  94: 'StringToNumber',
  95: 'TanH',
  96: 'TfQuantizedConv2D',
  97: 'Threshold',
  98: 'Tile',
  99: 'TopKV2',
  100: 'Transpose',
  101: 'UnaryOp',
  102: 'Unpack',
  103: 'Where',
  104: 'Moments',
  105: 'RNNSequenceGRU',
  106: 'BatchMatMul',
  107: 'Unsqueeze',
  108: 'CosineSimilarity',
  109: 'DepthToSpace',
  110: 'SpaceToDepth',
  111: 'ReverseSequence',
  112: 'Pooling3D',
  113: 'Convolution3D',
  114: 'MatrixBandPart',
  115: 'GatherND',
  116: 'DetectionPostProcess',
  117: 'UnravelIndex',
  118: 'ScatterNd',
  119: 'OneHot',
  120: 'BroadcastTo',
  121: 'Dilation2D',
  122: 'Interp3D',
  128: 'Raster',
  129: 'ConvertTensor',
  130: 'ArgMin',
  131: 'LinSpace',
  132: 'RandomUniform',
  133: 'TensorArray',
  134: 'TensorArraySize',
  135: 'TensorArrayRead',
  136: 'TensorArrayWrite',
  137: 'TensorArrayGather',
  138: 'TensorArrayScatter',
  139: 'TensorArraySplit',
  140: 'TensorArrayConcat',
  141: 'LSTMBlockCell',
  142: 'Reverse',
  143: 'ROIAlign',
  144: 'RandomNormal',
  145: 'TensorArrayInsert',
  146: 'TensorArrayErase',
  147: 'EyeLike',
  148: 'CumSum',
  149: 'Det',
  150: 'CumProd',
  151: 'ScatterElements',
  152: 'GatherElements',
  153: 'Svd',
  154: 'Histogram',
  155: 'DynamicQuant',
  156: 'Stft',
  256: 'Plugin',
  257: 'Select',
  258: 'ZerosLike',
  259: 'Broastcast',
  260: 'SetDiff1D',
  261: 'ReluGrad',
  262: 'Identity',
  263: 'PoolGrad',
  264: 'SoftmaxGrad',
  265: 'Conv2DBackPropFilter',
  266: 'TrainableParam',
  267: 'BatchNorm',
  268: 'ConvTranspose3D',
  269: 'ZeroGrad',
  299: 'Attention',
  300: 'FmhaV2',
  301: 'Fmhca',
  302: 'SeqLen2Spatial',
  303: 'SplitGeLU',
  304: 'GroupNorm',
  305: 'LinearAttention',
  306: 'RoPE',
  307: 'FusedLinear',
  308: 'GatedRMSNorm',
  512: 'Extra',
  513: 'ConvInt8',
  514: 'Int8ToFloat',
  515: 'DepthwiseConvInt8',
  517: 'FloatToInt8',
  518: 'EltwiseInt8',
  600: 'While',
  601: 'If',
  603: 'LayerNorm',
  604: 'GridSample',
};

export const ForwardType = {
  CPU: 0,
  METAL: 1,
  CUDA: 2,
  OPENCL: 3,
  AUTO: 4,
  NNAPI: 5,
  OPENGLES: 6,
  VULKAN: 7,
} as const;
/** A value of {@link ForwardType}, or a number that a newer schema added. */
export type ForwardType = number;
export const ForwardTypeNames: Readonly<Record<number, string>> = {
  0: 'CPU',
  1: 'METAL',
  2: 'CUDA',
  3: 'OPENCL',
  4: 'AUTO',
  5: 'NNAPI',
  6: 'OPENGLES',
  7: 'VULKAN',
};

export const Usage = {
  INFERENCE: 0,
  TRAIN: 1,
  INFERENCE_STATIC: 2,
} as const;
/** A value of {@link Usage}, or a number that a newer schema added. */
export type Usage = number;
export const UsageNames: Readonly<Record<number, string>> = {
  0: 'INFERENCE',
  1: 'TRAIN',
  2: 'INFERENCE_STATIC',
};

export const PadMode = {
  CAFFE: 0,
  VALID: 1,
  SAME: 2,
} as const;
/** A value of {@link PadMode}, or a number that a newer schema added. */
export type PadMode = number;
export const PadModeNames: Readonly<Record<number, string>> = {
  0: 'CAFFE',
  1: 'VALID',
  2: 'SAME',
};

export const SparseAlgo = {
  RANDOM: 0,
  SIMD_OC: 1,
} as const;
/** A value of {@link SparseAlgo}, or a number that a newer schema added. */
export type SparseAlgo = number;
export const SparseAlgoNames: Readonly<Record<number, string>> = {
  0: 'RANDOM',
  1: 'SIMD_OC',
};

export const BinaryOpOperation = {
  ADD: 0,
  SUB: 1,
  MUL: 2,
  DIV: 3,
  MAX_TEMP: 4,
  MIN_TEMP: 5,
  POW: 6,
  REALDIV: 7,
  MINIMUM: 8,
  MAXIMUM: 9,
  GREATER: 10,
  GREATER_EQUAL: 11,
  LESS: 12,
  FLOORDIV: 13,
  SquaredDifference: 14,
  EQUAL: 15,
  LESS_EQUAL: 16,
  FLOORMOD: 17,
  MOD: 19,
  ATAN2: 20,
  LOGICALOR: 21,
  NOTEQUAL: 22,
  BITWISE_AND: 23,
  BITWISE_OR: 24,
  BITWISE_XOR: 25,
  LOGICALXOR: 26,
  LEFTSHIFT: 27,
  RIGHTSHIFT: 28,
  MUL_SILU: 29,
} as const;
/** A value of {@link BinaryOpOperation}, or a number that a newer schema added. */
export type BinaryOpOperation = number;
export const BinaryOpOperationNames: Readonly<Record<number, string>> = {
  0: 'ADD',
  1: 'SUB',
  2: 'MUL',
  3: 'DIV',
  4: 'MAX_TEMP',
  5: 'MIN_TEMP',
  6: 'POW',
  7: 'REALDIV',
  8: 'MINIMUM',
  9: 'MAXIMUM',
  10: 'GREATER',
  11: 'GREATER_EQUAL',
  12: 'LESS',
  13: 'FLOORDIV',
  14: 'SquaredDifference',
  15: 'EQUAL',
  16: 'LESS_EQUAL',
  17: 'FLOORMOD',
  19: 'MOD',
  20: 'ATAN2',
  21: 'LOGICALOR',
  22: 'NOTEQUAL',
  23: 'BITWISE_AND',
  24: 'BITWISE_OR',
  25: 'BITWISE_XOR',
  26: 'LOGICALXOR',
  27: 'LEFTSHIFT',
  28: 'RIGHTSHIFT',
  29: 'MUL_SILU',
};

export const UnaryOpOperation = {
  ABS: 0,
  NEG: 1,
  FLOOR: 2,
  CEIL: 3,
  SQUARE: 4,
  SQRT: 5,
  RSQRT: 6,
  EXP: 7,
  LOG: 8,
  SIN: 9,
  COS: 10,
  TAN: 11,
  ASIN: 12,
  ACOS: 13,
  ATAN: 14,
  RECIPROCAL: 15,
  LOG1P: 16,
  BNLL: 17,
  ACOSH: 18,
  SINH: 19,
  ASINH: 20,
  ATANH: 21,
  SIGN: 22,
  ROUND: 23,
  COSH: 24,
  ERF: 25,
  ERFC: 26,
  ERFINV: 27,
  EXPM1: 28,
  SIGMOID: 29,
  TANH: 30,
  HARDSWISH: 31,
  GELU: 32,
  GELU_STANDARD: 33,
  SILU: 34,
} as const;
/** A value of {@link UnaryOpOperation}, or a number that a newer schema added. */
export type UnaryOpOperation = number;
export const UnaryOpOperationNames: Readonly<Record<number, string>> = {
  0: 'ABS',
  1: 'NEG',
  2: 'FLOOR',
  3: 'CEIL',
  4: 'SQUARE',
  5: 'SQRT',
  6: 'RSQRT',
  7: 'EXP',
  8: 'LOG',
  9: 'SIN',
  10: 'COS',
  11: 'TAN',
  12: 'ASIN',
  13: 'ACOS',
  14: 'ATAN',
  15: 'RECIPROCAL',
  16: 'LOG1P',
  17: 'BNLL',
  18: 'ACOSH',
  19: 'SINH',
  20: 'ASINH',
  21: 'ATANH',
  22: 'SIGN',
  23: 'ROUND',
  24: 'COSH',
  25: 'ERF',
  26: 'ERFC',
  27: 'ERFINV',
  28: 'EXPM1',
  29: 'SIGMOID',
  30: 'TANH',
  31: 'HARDSWISH',
  32: 'GELU',
  33: 'GELU_STANDARD',
  34: 'SILU',
};

export const EltwiseType = {
  PROD: 0,
  SUM: 1,
  MAXIMUM: 2,
  SUB: 3,
} as const;
/** A value of {@link EltwiseType}, or a number that a newer schema added. */
export type EltwiseType = number;
export const EltwiseTypeNames: Readonly<Record<number, string>> = {
  0: 'PROD',
  1: 'SUM',
  2: 'MAXIMUM',
  3: 'SUB',
};

export const ImageFormatType = {
  RGBA: 0,
  RGB: 1,
  BGR: 2,
  GRAY: 3,
  BGRA: 4,
  YCrCb: 5,
  YUV: 6,
  HSV: 7,
  XYZ: 8,
  BGR555: 9,
  BGR565: 10,
  YUV_NV21: 11,
  YUV_NV12: 12,
  YUV_I420: 13,
  HSV_FULL: 14,
} as const;
/** A value of {@link ImageFormatType}, or a number that a newer schema added. */
export type ImageFormatType = number;
export const ImageFormatTypeNames: Readonly<Record<number, string>> = {
  0: 'RGBA',
  1: 'RGB',
  2: 'BGR',
  3: 'GRAY',
  4: 'BGRA',
  5: 'YCrCb',
  6: 'YUV',
  7: 'HSV',
  8: 'XYZ',
  9: 'BGR555',
  10: 'BGR565',
  11: 'YUV_NV21',
  12: 'YUV_NV12',
  13: 'YUV_I420',
  14: 'HSV_FULL',
};

export const FilterType = {
  NEAREST: 0,
  BILINEAR: 1,
  BICUBIC: 2,
} as const;
/** A value of {@link FilterType}, or a number that a newer schema added. */
export type FilterType = number;
export const FilterTypeNames: Readonly<Record<number, string>> = {
  0: 'NEAREST',
  1: 'BILINEAR',
  2: 'BICUBIC',
};

export const WrapType = {
  CLAMP_TO_EDGE: 0,
  ZERO: 1,
  REPEAT: 2,
} as const;
/** A value of {@link WrapType}, or a number that a newer schema added. */
export type WrapType = number;
export const WrapTypeNames: Readonly<Record<number, string>> = {
  0: 'CLAMP_TO_EDGE',
  1: 'ZERO',
  2: 'REPEAT',
};

export const PoolType = {
  MAXPOOL: 0,
  AVEPOOL: 1,
} as const;
/** A value of {@link PoolType}, or a number that a newer schema added. */
export type PoolType = number;
export const PoolTypeNames: Readonly<Record<number, string>> = {
  0: 'MAXPOOL',
  1: 'AVEPOOL',
};

export const PoolPadType = {
  CAFFE: 0,
  VALID: 1,
  SAME: 2,
} as const;
/** A value of {@link PoolPadType}, or a number that a newer schema added. */
export type PoolPadType = number;
export const PoolPadTypeNames: Readonly<Record<number, string>> = {
  0: 'CAFFE',
  1: 'VALID',
  2: 'SAME',
};

export const AvgPoolCountType = {
  DEFAULT: 0,
  INCLUDE_PADDING: 1,
  EXCLUDE_PADDING: 2,
} as const;
/** A value of {@link AvgPoolCountType}, or a number that a newer schema added. */
export type AvgPoolCountType = number;
export const AvgPoolCountTypeNames: Readonly<Record<number, string>> = {
  0: 'DEFAULT',
  1: 'INCLUDE_PADDING',
  2: 'EXCLUDE_PADDING',
};

export const CoordinateTransformationMode = {
  NotSet: 0,
  AlignCorners: 1,
  HalfPixels: 2,
  PytorchHalfPixels: 3,
  Asymmetric: 4,
  TensorflowHalfPixels: 5,
  TensorflowCropAndResize: 6,
} as const;
/** A value of {@link CoordinateTransformationMode}, or a number that a newer schema added. */
export type CoordinateTransformationMode = number;
export const CoordinateTransformationModeNames: Readonly<Record<number, string>> = {
  0: 'NotSet',
  1: 'AlignCorners',
  2: 'HalfPixels',
  3: 'PytorchHalfPixels',
  4: 'Asymmetric',
  5: 'TensorflowHalfPixels',
  6: 'TensorflowCropAndResize',
};

export const CropAndResizeMethod = {
  BILINEAR: 0,
  NEAREST: 1,
} as const;
/** A value of {@link CropAndResizeMethod}, or a number that a newer schema added. */
export type CropAndResizeMethod = number;
export const CropAndResizeMethodNames: Readonly<Record<number, string>> = {
  0: 'BILINEAR',
  1: 'NEAREST',
};

export const SampleMode = {
  BILINEAR: 0,
  NEAREST: 1,
} as const;
/** A value of {@link SampleMode}, or a number that a newer schema added. */
export type SampleMode = number;
export const SampleModeNames: Readonly<Record<number, string>> = {
  0: 'BILINEAR',
  1: 'NEAREST',
};

export const BorderMode = {
  ZEROS: 0,
  CLAMP: 1,
  REFLECTION: 2,
  CUBE: 3,
} as const;
/** A value of {@link BorderMode}, or a number that a newer schema added. */
export type BorderMode = number;
export const BorderModeNames: Readonly<Record<number, string>> = {
  0: 'ZEROS',
  1: 'CLAMP',
  2: 'REFLECTION',
  3: 'CUBE',
};

export const ReductionType = {
  SUM: 0,
  ASUM: 1,
  SUMSQ: 2,
  MEAN: 3,
  MAXIMUM: 4,
  MINIMUM: 5,
  PROD: 6,
  ANY: 7,
  ALL: 8,
} as const;
/** A value of {@link ReductionType}, or a number that a newer schema added. */
export type ReductionType = number;
export const ReductionTypeNames: Readonly<Record<number, string>> = {
  0: 'SUM',
  1: 'ASUM',
  2: 'SUMSQ',
  3: 'MEAN',
  4: 'MAXIMUM',
  5: 'MINIMUM',
  6: 'PROD',
  7: 'ANY',
  8: 'ALL',
};

export const PadValueMode = {
  CONSTANT: 0,
  REFLECT: 1,
  SYMMETRIC: 2,
  EDGE: 3,
} as const;
/** A value of {@link PadValueMode}, or a number that a newer schema added. */
export type PadValueMode = number;
export const PadValueModeNames: Readonly<Record<number, string>> = {
  0: 'CONSTANT',
  1: 'REFLECT',
  2: 'SYMMETRIC',
  3: 'EDGE',
};

export const DepthToSpaceMode = {
  DCR: 0,
  CRD: 1,
} as const;
/** A value of {@link DepthToSpaceMode}, or a number that a newer schema added. */
export type DepthToSpaceMode = number;
export const DepthToSpaceModeNames: Readonly<Record<number, string>> = {
  0: 'DCR',
  1: 'CRD',
};

export const FusedActivation = {
  kTfLiteActNone: 0,
  kTfLiteActRelu: 1,
  kTfLiteActRelu1: 2,
  kTfLiteActRelu6: 3,
  kTfLiteActTanh: 4,
  kTfLiteActSignBit: 5,
  kTfLiteActSigmoid: 6,
} as const;
/** A value of {@link FusedActivation}, or a number that a newer schema added. */
export type FusedActivation = number;
export const FusedActivationNames: Readonly<Record<number, string>> = {
  0: 'kTfLiteActNone',
  1: 'kTfLiteActRelu',
  2: 'kTfLiteActRelu1',
  3: 'kTfLiteActRelu6',
  4: 'kTfLiteActTanh',
  5: 'kTfLiteActSignBit',
  6: 'kTfLiteActSigmoid',
};

export const ModeFormat = {
  TENSORFLOW: 0,
  TFLITE: 1,
} as const;
/** A value of {@link ModeFormat}, or a number that a newer schema added. */
export type ModeFormat = number;
export const ModeFormatNames: Readonly<Record<number, string>> = {
  0: 'TENSORFLOW',
  1: 'TFLITE',
};

export const QuantizeMode = {
  MIN_COMBINED: 0,
  MIN_FIRST: 1,
  SCALED: 2,
} as const;
/** A value of {@link QuantizeMode}, or a number that a newer schema added. */
export type QuantizeMode = number;
export const QuantizeModeNames: Readonly<Record<number, string>> = {
  0: 'MIN_COMBINED',
  1: 'MIN_FIRST',
  2: 'SCALED',
};

export const QuantizeRoundMode = {
  HALF_AWAY_FROM_ZERO: 0,
  HALF_TO_EVEN: 1,
} as const;
/** A value of {@link QuantizeRoundMode}, or a number that a newer schema added. */
export type QuantizeRoundMode = number;
export const QuantizeRoundModeNames: Readonly<Record<number, string>> = {
  0: 'HALF_AWAY_FROM_ZERO',
  1: 'HALF_TO_EVEN',
};

export const ScaleStorageType = {
  FP32: 0,
  FP16: 1,
} as const;
/** A value of {@link ScaleStorageType}, or a number that a newer schema added. */
export type ScaleStorageType = number;
export const ScaleStorageTypeNames: Readonly<Record<number, string>> = {
  0: 'FP32',
  1: 'FP16',
};

export const QuantizeAlgo = {
  DEFAULT: 0,
  OVERFLOW_AWARE: 1,
  WINOGRAD_AWARE: 2,
} as const;
/** A value of {@link QuantizeAlgo}, or a number that a newer schema added. */
export type QuantizeAlgo = number;
export const QuantizeAlgoNames: Readonly<Record<number, string>> = {
  0: 'DEFAULT',
  1: 'OVERFLOW_AWARE',
  2: 'WINOGRAD_AWARE',
};

export const DataType = {
  DT_INVALID: 0,
  DT_FLOAT: 1,
  DT_DOUBLE: 2,
  DT_INT32: 3,
  DT_UINT8: 4,
  DT_INT16: 5,
  DT_INT8: 6,
  DT_STRING: 7,
  DT_COMPLEX64: 8,
  DT_INT64: 9,
  DT_BOOL: 10,
  DT_QINT8: 11,
  DT_QUINT8: 12,
  DT_QINT32: 13,
  DT_BFLOAT16: 14,
  DT_QINT16: 15,
  DT_QUINT16: 16,
  DT_UINT16: 17,
  DT_COMPLEX128: 18,
  DT_HALF: 19,
  DT_RESOURCE: 20,
  DT_VARIANT: 21,
} as const;
/** A value of {@link DataType}, or a number that a newer schema added. */
export type DataType = number;
export const DataTypeNames: Readonly<Record<number, string>> = {
  0: 'DT_INVALID',
  1: 'DT_FLOAT',
  2: 'DT_DOUBLE',
  3: 'DT_INT32',
  4: 'DT_UINT8',
  5: 'DT_INT16',
  6: 'DT_INT8',
  7: 'DT_STRING',
  8: 'DT_COMPLEX64',
  9: 'DT_INT64',
  10: 'DT_BOOL',
  11: 'DT_QINT8',
  12: 'DT_QUINT8',
  13: 'DT_QINT32',
  14: 'DT_BFLOAT16',
  15: 'DT_QINT16',
  16: 'DT_QUINT16',
  17: 'DT_UINT16',
  18: 'DT_COMPLEX128',
  19: 'DT_HALF',
  20: 'DT_RESOURCE',
  21: 'DT_VARIANT',
};

export const MNN_DATA_FORMAT = {
  NCHW: 0,
  NHWC: 1,
  NC4HW4: 2,
  NHWC4: 3,
  UNKNOWN: 4,
} as const;
/** A value of {@link MNN_DATA_FORMAT}, or a number that a newer schema added. */
export type MNN_DATA_FORMAT = number;
export const MNN_DATA_FORMATNames: Readonly<Record<number, string>> = {
  0: 'NCHW',
  1: 'NHWC',
  2: 'NC4HW4',
  3: 'NHWC4',
  4: 'UNKNOWN',
};

export const NetSource = {
  CAFFE: 0,
  TENSORFLOW: 1,
  TFLITE: 2,
  ONNX: 3,
  TORCH: 4,
} as const;
/** A value of {@link NetSource}, or a number that a newer schema added. */
export type NetSource = number;
export const NetSourceNames: Readonly<Record<number, string>> = {
  0: 'CAFFE',
  1: 'TENSORFLOW',
  2: 'TFLITE',
  3: 'ONNX',
  4: 'TORCH',
};
