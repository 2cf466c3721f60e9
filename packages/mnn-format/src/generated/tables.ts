// Generated from schema/*.fbs by scripts/generate-schema.mjs. Do not edit.

import type {
  AvgPoolCountType,
  BinaryOpOperation,
  BorderMode,
  CoordinateTransformationMode,
  CropAndResizeMethod,
  DataType,
  DepthToSpaceMode,
  EltwiseType,
  FilterType,
  ForwardType,
  FusedActivation,
  ImageFormatType,
  MNN_DATA_FORMAT,
  ModeFormat,
  NetSource,
  OpType,
  PadMode,
  PadValueMode,
  PoolPadType,
  PoolType,
  QuantizeAlgo,
  QuantizeMode,
  QuantizeRoundMode,
  ReductionType,
  SampleMode,
  ScaleStorageType,
  SparseAlgo,
  UnaryOpOperation,
  Usage,
  WrapType,
} from './enums.ts';

export interface IfParam {
  readonly then_graph?: string | undefined;
  readonly else_graph?: string | undefined;
  readonly aliases_inputs?: readonly StringVec[] | undefined;
  readonly aliases_outputs?: readonly StringVec[] | undefined;
}

export interface WhileParam {
  readonly cond_graph?: string | undefined;
  readonly body_graph?: string | undefined;
  readonly aliases_inputs?: readonly StringVec[] | undefined;
  readonly aliases_outputs?: readonly string[] | undefined;
  readonly aliases_updates?: readonly StringVec[] | undefined;
}

/** One step of a compiled loop. */
export interface RegionCommand {
  readonly op?: Op | undefined;
  readonly steps?: Int32Array | undefined;
  readonly size?: Int32Array | undefined;
  readonly indexes?: Int32Array | undefined;
  readonly view?: readonly View[] | undefined;
  readonly fuse: number;
  readonly iterIndexes?: Int32Array | undefined;
}

/** A loop compiled to commands on views. */
export interface LoopParam {
  readonly tensorNumber: number;
  readonly outputIndexes?: Int32Array | undefined;
  readonly inputIndexes?: Int32Array | undefined;
  readonly extraTensorInfos?: readonly TensorDescribe[] | undefined;
  readonly parallel: boolean;
  readonly loopNumber: number;
  readonly commands?: readonly RegionCommand[] | undefined;
  readonly initCommand?: readonly RegionCommand[] | undefined;
}

/** `main` holds the parameters; -1 in `inputIndexes` is a missing optional input. */
export interface Op {
  readonly inputIndexes?: Int32Array | undefined;
  readonly main?: OpParameter | undefined;
  readonly name?: string | undefined;
  readonly outputIndexes?: Int32Array | undefined;
  readonly type: OpType;
  readonly defaultDimentionFormat: MNN_DATA_FORMAT;
  readonly externalPath?: string | undefined;
}

/** A body of If or While; tensor ids count in `tensors`. */
export interface SubGraphProto {
  readonly name?: string | undefined;
  readonly inputs?: Int32Array | undefined;
  readonly outputs?: Int32Array | undefined;
  readonly tensors?: readonly string[] | undefined;
  readonly nodes?: readonly Op[] | undefined;
  readonly extraTensorDescribe?: readonly TensorDescribe[] | undefined;
}

/** `version` of the writer; `buffer` is opaque. */
export interface ExtraInfo {
  readonly buffer?: Int8Array | undefined;
  readonly name?: string | undefined;
  readonly version?: string | undefined;
}

/** Tensor ids are positions in `tensorName`. */
export interface Net {
  readonly bizCode?: string | undefined;
  readonly extraTensorDescribe?: readonly TensorDescribe[] | undefined;
  readonly extraInfo?: ExtraInfo | undefined;
  readonly oplists?: readonly Op[] | undefined;
  readonly outputName?: readonly string[] | undefined;
  readonly preferForwardType: ForwardType;
  readonly sourceType: NetSource;
  readonly tensorName?: readonly string[] | undefined;
  readonly tensorNumber: number;
  readonly usage: Usage;
  readonly subgraphs?: readonly SubGraphProto[] | undefined;
  readonly mnn_uuid?: string | undefined;
}

/** `pads` = [top, left, bottom, right]; it wins over padX and padY. */
export interface Convolution2DCommon {
  readonly padX: number;
  readonly padY: number;
  readonly kernelX: number;
  readonly kernelY: number;
  readonly strideX: number;
  readonly strideY: number;
  readonly dilateX: number;
  readonly dilateY: number;
  readonly padMode: PadMode;
  readonly group: number;
  readonly outputCount: number;
  readonly inputCount: number;
  readonly relu: boolean;
  readonly relu6: boolean;
  readonly pads?: Int32Array | undefined;
  readonly outPads?: Int32Array | undefined;
  readonly hasOutputShape: boolean;
}

export interface SparseCommon {
  readonly method: SparseAlgo;
  readonly args?: readonly Attribute[] | undefined;
}

/** `weight` [oc, ic/group, ky, kx], or compressed in `quanParameter`, or in the weight file at `external` = [offset, bytes of each part in turn]. */
export interface Convolution2D {
  readonly common?: Convolution2DCommon | undefined;
  readonly weight?: Float32Array | undefined;
  readonly bias?: Float32Array | undefined;
  readonly quanParameter?: IDSTQuan | undefined;
  readonly symmetricQuan?: QuantizedFloatParam | undefined;
  readonly sparseParameter?: SparseCommon | undefined;
  readonly external?: BigInt64Array | undefined;
}

export interface Convolution3DCommon {
  readonly dilates?: Int32Array | undefined;
  readonly strides?: Int32Array | undefined;
  readonly kernels?: Int32Array | undefined;
  readonly pads?: Int32Array | undefined;
  readonly padMode: PadMode;
  readonly inputCount: number;
  readonly outputCount: number;
  readonly relu: boolean;
  readonly relu6: boolean;
  readonly group: number;
  readonly outPads?: Int32Array | undefined;
  readonly hasOutputShape: boolean;
}

export interface Convolution3D {
  readonly common?: Convolution3DCommon | undefined;
  readonly weight?: Float32Array | undefined;
  readonly bias?: Float32Array | undefined;
  readonly external?: BigInt64Array | undefined;
}

export interface InnerProduct {
  readonly outputCount: number;
  readonly biasTerm: number;
  readonly weightSize: number;
  readonly weight?: Float32Array | undefined;
  readonly bias?: Float32Array | undefined;
  readonly axis: number;
  readonly transpose: boolean;
  readonly quanParameter?: IDSTQuan | undefined;
}

export interface MatMul {
  readonly T: DataType;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  readonly weight?: Float32Array | undefined;
  readonly bias?: Float32Array | undefined;
}

export interface BatchMatMulParam {
  readonly adjX: boolean;
  readonly adjY: boolean;
}

export interface PriorBox {
  readonly minSizes?: Float32Array | undefined;
  readonly maxSizes?: Float32Array | undefined;
  readonly aspectRatios?: Float32Array | undefined;
  readonly variances?: Float32Array | undefined;
  readonly flip: boolean;
  readonly clip: boolean;
  readonly imageWidth: number;
  readonly imageHeight: number;
  readonly stepWidth: number;
  readonly stepHeight: number;
  readonly offset: number;
}

export interface Proposal {
  readonly featStride: number;
  readonly baseSize: number;
  readonly preNmsTopN: number;
  readonly afterNmsTopN: number;
  readonly nmsThreshold: number;
  readonly minSize: number;
  readonly ratios?: Blob | undefined;
  readonly scales?: Blob | undefined;
  readonly anchors?: Blob | undefined;
}

export interface DetectionOutput {
  readonly classCount: number;
  readonly nmsThresholdold: number;
  readonly nmsTopK: number;
  readonly keepTopK: number;
  readonly confidenceThreshold: number;
  readonly shareLocation: number;
  readonly backgroundLable: number;
  readonly varianceEncodedTarget: number;
  readonly codeType: number;
  readonly objectnessScore: number;
}

export interface DetectionPostProcessParam {
  readonly maxDetections: number;
  readonly maxClassesPerDetection: number;
  readonly detectionsPerClass: number;
  readonly nmsScoreThreshold: number;
  readonly iouThreshold: number;
  readonly numClasses: number;
  readonly useRegularNMS: boolean;
  readonly centerSizeEncoding?: Float32Array | undefined;
}

export type NonMaxSuppressionV2 = Readonly<Record<string, never>>;

/** `activationType` 1 clamps the result below at 0. */
export interface BinaryOp {
  readonly opType: BinaryOpOperation;
  readonly T: DataType;
  readonly activationType: number;
}

/** `tableInt8`: results for q = -127 … 127 of an int8 input. */
export interface UnaryOp {
  readonly opType: UnaryOpOperation;
  readonly T: DataType;
  readonly tableInt8?: Int8Array | undefined;
}

export interface Eltwise {
  readonly type: EltwiseType;
  readonly coeff?: Float32Array | undefined;
}

export interface EltwiseInt8 {
  readonly type: EltwiseType;
  readonly inputQuan0?: QuantizedFloatParam | undefined;
  readonly inputQuan1?: QuantizedFloatParam | undefined;
  readonly outputQuan?: QuantizedFloatParam | undefined;
}

export interface Relu {
  readonly slope: number;
}

export interface Relu6 {
  readonly minValue: number;
  readonly maxValue: number;
}

export interface PRelu {
  readonly slopeCount: number;
  readonly slope?: Float32Array | undefined;
}

export interface ELU {
  readonly alpha: number;
}

export interface Selu {
  readonly scale: number;
  readonly alpha: number;
}

export interface CastParam {
  readonly srcT: DataType;
  readonly dstT: DataType;
}

export interface BatchNorm {
  readonly channels: number;
  readonly slopeData?: Float32Array | undefined;
  readonly meanData?: Float32Array | undefined;
  readonly varData?: Float32Array | undefined;
  readonly biasData?: Float32Array | undefined;
  readonly Adata?: Float32Array | undefined;
  readonly Bdata?: Float32Array | undefined;
  readonly epsilon: number;
}

/** `external` = [offset, bytes of scaleData, bytes of biasData]. */
export interface Scale {
  readonly channels: number;
  readonly scaleData?: Float32Array | undefined;
  readonly biasData?: Float32Array | undefined;
  readonly external?: BigInt64Array | undefined;
}

export interface LRN {
  readonly regionType: number;
  readonly localSize: number;
  readonly alpha: number;
  readonly beta: number;
  readonly bias: number;
}

export interface Normalize {
  readonly acrossSpatial: number;
  readonly channelShared: number;
  readonly eps: number;
  readonly scale?: Float32Array | undefined;
}

/** `external` = [offset, bytes of gamma, bytes of beta]. */
export interface LayerNorm {
  readonly axis?: Int32Array | undefined;
  readonly epsilon: number;
  readonly gamma?: Float32Array | undefined;
  readonly beta?: Float32Array | undefined;
  readonly group: number;
  readonly external?: BigInt64Array | undefined;
  readonly useRMSNorm: boolean;
}

/** `external` as in LayerNorm. */
export interface GroupNorm {
  readonly axis: number;
  readonly epsilon: number;
  readonly gamma?: Float32Array | undefined;
  readonly beta?: Float32Array | undefined;
  readonly group: number;
  readonly bSwish: number;
  readonly external?: BigInt64Array | undefined;
}

export interface MomentsParam {
  readonly dim?: Int32Array | undefined;
  readonly keepDims: boolean;
  readonly dType: DataType;
}

export interface AsString {
  readonly T: DataType;
  readonly precision: number;
  readonly scientific: boolean;
  readonly shortest: boolean;
  readonly width: number;
  readonly fillString?: string | undefined;
}

export interface ReduceJoin {
  readonly keepDims: boolean;
  readonly separator?: string | undefined;
}

export interface ImageProcessParam {
  readonly filterType: FilterType;
  readonly sourceFormat: ImageFormatType;
  readonly destFormat: ImageFormatType;
  readonly wrap: WrapType;
  readonly mean?: Float32Array | undefined;
  readonly normal?: Float32Array | undefined;
  readonly transform?: Float32Array | undefined;
  readonly paddingValue: number;
  readonly shape?: Int32Array | undefined;
  readonly outputType: DataType;
  readonly draw: boolean;
}

export interface Plugin {
  readonly type?: string | undefined;
  readonly attr?: readonly Attribute[] | undefined;
}

export interface Extra {
  readonly type?: string | undefined;
  readonly engine?: string | undefined;
  readonly info?: Int8Array | undefined;
  readonly attr?: readonly Attribute[] | undefined;
  readonly vector: boolean;
}

/** `pads` as in a convolution. */
export interface Pool {
  readonly padX: number;
  readonly padY: number;
  readonly isGlobal: boolean;
  readonly kernelX: number;
  readonly kernelY: number;
  readonly strideX: number;
  readonly strideY: number;
  readonly type: PoolType;
  readonly padType: PoolPadType;
  readonly dataType: DataType;
  readonly ceilModel: boolean;
  readonly pads?: Int32Array | undefined;
  readonly countType: AvgPoolCountType;
}

export interface Pool3D {
  readonly strides?: Int32Array | undefined;
  readonly kernels?: Int32Array | undefined;
  readonly pads?: Int32Array | undefined;
  readonly type: PoolType;
  readonly padType: PoolPadType;
  readonly isGlobal: boolean;
}

/** `resizeType`: 1 nearest, 2 linear, 3 cubic, 4 nearest with rounding. */
export interface Interp {
  readonly widthScale: number;
  readonly heightScale: number;
  readonly outputWidth: number;
  readonly outputHeight: number;
  readonly resizeType: number;
  readonly alignCorners: boolean;
  readonly halfPixelCenters: boolean;
  readonly widthOffset: number;
  readonly heightOffset: number;
  readonly cubicCoeffA: number;
  readonly ctm: CoordinateTransformationMode;
  readonly depthScale: number;
  readonly outputDepth: number;
  readonly depthOffset: number;
}

export interface Resize {
  readonly xScale: number;
  readonly yScale: number;
}

export interface CropAndResize {
  readonly extrapolationValue: number;
  readonly method: CropAndResizeMethod;
}

export interface GridSample {
  readonly mode: SampleMode;
  readonly paddingMode: BorderMode;
  readonly alignCorners: boolean;
  readonly backward: boolean;
}

export interface RoiParameters {
  readonly pooledWidth: number;
  readonly pooledHeight: number;
  readonly spatialScale: number;
  readonly samplingRatio: number;
  readonly aligned: boolean;
  readonly poolType: PoolType;
  readonly outputGrad: boolean;
}

export interface LSTM {
  readonly outputCount: number;
  readonly weightSize: number;
  readonly clippingThreshold: number;
  readonly weightI?: Blob | undefined;
  readonly weightH?: Blob | undefined;
  readonly bias?: Blob | undefined;
  readonly weightIQ?: Blob | undefined;
  readonly weightIA?: Blob | undefined;
  readonly quantScale: number;
}

export interface RNNParam {
  readonly numUnits: number;
  readonly isBidirectionalRNN: boolean;
  readonly linearBeforeReset: boolean;
  readonly keepAllOutputs: boolean;
  readonly fwGateWeight?: Blob | undefined;
  readonly fwGateBias?: Blob | undefined;
  readonly fwCandidateWeight?: Blob | undefined;
  readonly fwCandidateBias?: Blob | undefined;
  readonly fwRecurrentBias?: Blob | undefined;
  readonly bwGateWeight?: Blob | undefined;
  readonly bwGateBias?: Blob | undefined;
  readonly bwCandidateWeight?: Blob | undefined;
  readonly bwCandidateBias?: Blob | undefined;
  readonly bwRecurrentBias?: Blob | undefined;
}

export interface LSTMBlockCell {
  readonly cell_clip: number;
  readonly forget_bias: number;
  readonly use_peephole: boolean;
}

export interface TensorArray {
  readonly dynamic_size: boolean;
  readonly identical_element_shapes: boolean;
  readonly element_shape?: Int32Array | undefined;
  readonly T: DataType;
  readonly axis: number;
  readonly keepdims: boolean;
  readonly new_axis: boolean;
}

export interface ReductionParam {
  readonly operation: ReductionType;
  readonly dim?: Int32Array | undefined;
  readonly coeff: number;
  readonly keepDims: boolean;
  readonly dType: DataType;
}

export interface CumSum {
  readonly exclusive: boolean;
  readonly reverse: boolean;
}

export interface ArgMax {
  readonly outMaxVal: number;
  readonly topK: number;
  readonly axis: number;
  readonly softmaxThreshold: number;
}

export interface TopKV2 {
  readonly T: DataType;
  readonly sorted: boolean;
  readonly largest: boolean;
}

export interface StftParam {
  readonly n_fft: number;
  readonly hop_length: number;
  readonly abs: boolean;
}

export interface Input {
  readonly dims?: Int32Array | undefined;
  readonly dtype: DataType;
  readonly dformat: MNN_DATA_FORMAT;
}

export interface Axis {
  readonly axis: number;
}

export interface Reshape {
  readonly dims?: Int32Array | undefined;
  readonly dimType: MNN_DATA_FORMAT;
}

export interface Permute {
  readonly dims?: Int32Array | undefined;
}

export interface Transpose {
  readonly Tperm: DataType;
}

export interface Flatten {
  readonly axis: number;
  readonly endAxis: number;
}

export interface SqueezeParam {
  readonly squeezeDims?: Int32Array | undefined;
}

export interface ExpandDims {
  readonly T: DataType;
  readonly Tdim: DataType;
  readonly axis: number;
}

export interface PackParam {
  readonly dataType: DataType;
  readonly axis: number;
}

/** `slicePoints` are cut positions for Caffe, sizes for the other origins. */
export interface Slice {
  readonly axis: number;
  readonly slicePoints?: Int32Array | undefined;
  readonly sourceType: NetSource;
}

export interface SliceTf {
  readonly T: DataType;
}

/** `fromType` 0: TensorFlow masks; 1: starts, ends, axes and steps as inputs. */
export interface StridedSliceParam {
  readonly Index: DataType;
  readonly T: DataType;
  readonly beginMask: number;
  readonly endMask: number;
  readonly ellipsisMask: number;
  readonly newAxisMask: number;
  readonly shrinkAxisMask: number;
  readonly fromType: number;
}

export interface Crop {
  readonly axis: number;
  readonly offset?: Int32Array | undefined;
}

export interface PadParam {
  readonly mode: PadValueMode;
}

export interface Gather {
  readonly Tindices: DataType;
  readonly Tparams: DataType;
  readonly validateIndices: boolean;
  readonly axis: number;
}

export interface GatherV2 {
  readonly Taxis: DataType;
  readonly Tindices: DataType;
  readonly Tparams: DataType;
}

export interface DepthSpaceParam {
  readonly blockSize: number;
  readonly mode: DepthToSpaceMode;
}

export interface SpaceBatch {
  readonly blockShape?: Blob | undefined;
  readonly padding?: Blob | undefined;
}

export interface ReverseSequenceParam {
  readonly batchDim: number;
  readonly seqDim: number;
}

export interface TensorConvertInfo {
  readonly source: MNN_DATA_FORMAT;
  readonly dest: MNN_DATA_FORMAT;
}

export interface ShapeParam {
  readonly hasStart: boolean;
  readonly start: number;
  readonly hasEnd: boolean;
  readonly end: number;
}

export type Rank = Readonly<Record<string, never>>;

export interface Size {
  readonly outputDataType: DataType;
}

export interface Range {
  readonly Tidx: DataType;
}

export type Fill = Readonly<Record<string, never>>;

export interface RandomUniform {
  readonly seed: number;
  readonly seed2: number;
  readonly type: DataType;
  readonly low: number;
  readonly high: number;
}

export interface OneHotParam {
  readonly dType: DataType;
  readonly axis: number;
}

export interface QuantizedParam {
  readonly zeroPoint: number;
  readonly scale: number;
}

export interface QuantizedAdd {
  readonly activationType: FusedActivation;
  readonly input1QuantizedParam?: QuantizedParam | undefined;
  readonly input2QuantizedParam?: QuantizedParam | undefined;
  readonly outputQuantizedParam?: QuantizedParam | undefined;
}

export interface QuantizedAvgPool {
  readonly kernelX: number;
  readonly kernelY: number;
  readonly modelFormat: ModeFormat;
  readonly outputActivationMax: number;
  readonly outputActivationMin: number;
  readonly padType: PoolPadType;
  readonly padX: number;
  readonly padY: number;
  readonly strideX: number;
  readonly strideY: number;
  readonly type: DataType;
}

export interface QuantizedBiasAdd {
  readonly bias?: Int32Array | undefined;
  readonly inputType: DataType;
  readonly max: number;
  readonly min: number;
  readonly outputType: DataType;
}

export interface QuantizedConcat {
  readonly activationType: FusedActivation;
  readonly axis: number;
  readonly inputScale?: Float32Array | undefined;
  readonly inputZeroPoint?: Int32Array | undefined;
  readonly outputQuantizedParam?: QuantizedParam | undefined;
}

export interface QuantizedLogistic {
  readonly inputQuantizedParam?: QuantizedParam | undefined;
  readonly outputQuantizedParam?: QuantizedParam | undefined;
}

export interface QuantizedMatMul {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

export interface QuantizedMaxPool {
  readonly kernelX: number;
  readonly kernelY: number;
  readonly modelFormat: ModeFormat;
  readonly outputActivationMax: number;
  readonly outputActivationMin: number;
  readonly padType: PoolPadType;
  readonly padX: number;
  readonly padY: number;
  readonly strideX: number;
  readonly strideY: number;
  readonly type: DataType;
}

export interface QuantizedRelu {
  readonly type: DataType;
}

export interface QuantizedRelu6 {
  readonly type: DataType;
}

export interface QuantizedReshape {
  readonly dims?: Int32Array | undefined;
  readonly modelFormat: ModeFormat;
}

export interface QuantizedSoftmax {
  readonly beta: number;
  readonly inputScale: number;
}

export interface QuantizeMaxMin {
  readonly T: DataType;
}

export interface QuantizeV2 {
  readonly type: DataType;
  readonly mode: QuantizeMode;
  readonly roundMode: QuantizeRoundMode;
}

export interface Dequantize {
  readonly inputQuantizedParam?: QuantizedParam | undefined;
  readonly mode: QuantizeMode;
  readonly modelFormat: ModeFormat;
  readonly type: DataType;
}

export type RequantizationRange = Readonly<Record<string, never>>;

export type Requantize = Readonly<Record<string, never>>;

export interface TfQuantizedConv2D {
  readonly bias?: Int32Array | undefined;
  readonly biasflag: boolean;
  readonly common?: Convolution2DCommon | undefined;
  readonly weight?: Uint8Array | undefined;
  readonly activationType: FusedActivation;
  readonly multiplier: number;
  readonly outMax: number;
  readonly outMin: number;
  readonly shift: number;
  readonly biasQuantizedParam?: QuantizedParam | undefined;
  readonly depthMultiplier: number;
  readonly filterQuantizedParam?: QuantizedParam | undefined;
  readonly inputQuantizedParam?: QuantizedParam | undefined;
  readonly modelFormat: ModeFormat;
  readonly outputQuantizedParam?: QuantizedParam | undefined;
}

export interface AttentionParam {
  readonly kv_cache: boolean;
  readonly kv_shared_layer?: string | undefined;
  readonly layer_index: number;
  readonly kv_shared_layer_index: number;
  readonly mhq_quant?: readonly TensorQuantInfo[] | undefined;
  readonly output_c4: boolean;
  readonly attnScale: number;
}

export interface LinearAttentionParam {
  readonly attn_type?: string | undefined;
  readonly num_k_heads: number;
  readonly num_v_heads: number;
  readonly head_k_dim: number;
  readonly head_v_dim: number;
  readonly use_qk_l2norm: boolean;
  readonly gate_fold: boolean;
  readonly gate_coef?: Float32Array | undefined;
  readonly gate_bias?: Float32Array | undefined;
}

export interface RoPEParam {
  readonly rope_cut_head_dim: number;
  readonly num_head: number;
  readonly kv_num_head: number;
  readonly head_dim: number;
  readonly q_norm?: LayerNorm | undefined;
  readonly k_norm?: LayerNorm | undefined;
}

/** Several 1x1 convolutions of one input in one op. */
export interface FusedLinearParam {
  readonly convs?: readonly Convolution2D[] | undefined;
  readonly act_silu_mul: boolean;
  readonly has_ln: boolean;
  readonly ln?: LayerNorm | undefined;
  readonly ln_fold: boolean;
}

export interface FmhaV2Param {
  readonly heads: number;
}

export interface FmhcaParam {
  readonly heads: number;
}

/** Weights in compressed form; `type` selects the coding (1 table and indices, 2 sparse, 3 half floats, 4 raw int8, 8 floats in the weight file). `alpha` holds one scale per output channel, or pairs [min, scale] when `readType` is not 0. */
export interface IDSTQuan {
  readonly buffer?: Int8Array | undefined;
  readonly alpha?: Float32Array | undefined;
  readonly type: number;
  readonly useInt32: boolean;
  readonly quantScale: number;
  readonly scaleIn: number;
  readonly scaleOut: number;
  readonly aMaxOrBits: number;
  readonly aMin: number;
  readonly readType: number;
  readonly has_scaleInt: boolean;
  readonly shapeInt32: boolean;
  readonly weightSize: number;
  readonly index?: Uint32Array | undefined;
  readonly alphaFp16?: Uint16Array | undefined;
  readonly scaleStorage: ScaleStorageType;
}

/** Parameters of an int8 op. Old files keep weights, biases and scales in it as well. */
export interface QuantizedFloatParam {
  readonly weight?: Int8Array | undefined;
  readonly bias?: Int32Array | undefined;
  readonly scale?: Float32Array | undefined;
  readonly tensorScale?: Float32Array | undefined;
  readonly method: QuantizeAlgo;
  readonly nbits: number;
  readonly zeroPoint: number;
  readonly outputZeroPoint: number;
  readonly clampMin: number;
  readonly clampMax: number;
  readonly winogradAttr?: Int32Array | undefined;
  readonly outputDataType: DataType;
  readonly floatzeros?: Float32Array | undefined;
}

/** A constant: `dims` in the order of `dataFormat`, elements in the vector that fits `dataType`, or `external` = [offset, bytes] in the weight file. */
export interface Blob {
  readonly dims?: Int32Array | undefined;
  readonly dataFormat: MNN_DATA_FORMAT;
  readonly dataType: DataType;
  readonly uint8s?: Uint8Array | undefined;
  readonly int8s?: Int8Array | undefined;
  readonly int32s?: Int32Array | undefined;
  readonly int64s?: BigInt64Array | undefined;
  readonly float32s?: Float32Array | undefined;
  readonly strings?: readonly string[] | undefined;
  readonly external?: BigInt64Array | undefined;
}

export interface ListValue {
  readonly s?: readonly string[] | undefined;
  readonly i?: Int32Array | undefined;
  readonly f?: Float32Array | undefined;
  readonly b?: Uint8Array | undefined;
  readonly type?: Int32Array | undefined;
}

/** One named value; `type` or the filled field tells which kind. */
export interface Attribute {
  readonly s?: string | undefined;
  readonly i: number;
  readonly b: boolean;
  readonly key?: string | undefined;
  readonly type: DataType;
  readonly f: number;
  readonly tensor?: Blob | undefined;
  readonly list?: ListValue | undefined;
  readonly func?: NamedAttrList | undefined;
}

export interface NamedAttrList {
  readonly name?: string | undefined;
  readonly attr?: readonly Attribute[] | undefined;
}

export interface StringVec {
  readonly data?: readonly string[] | undefined;
}

/** Element `i` of a region lies at offset + sum of i[k] * stride[k]. */
export interface View {
  readonly offset: number;
  readonly stride?: Int32Array | undefined;
}

/** Copies a box of up to three axes from `src` of tensor `origin` to `dst`. */
export interface Region {
  readonly src?: View | undefined;
  readonly dst?: View | undefined;
  readonly size?: Int32Array | undefined;
  readonly origin: number;
}

/** x = (q - zero) * scale, q in [min, max]; min and max are on the int8 side. */
export interface TensorQuantInfo {
  readonly scale: number;
  readonly zero: number;
  readonly min: number;
  readonly max: number;
  readonly type: DataType;
}

/** Facts about tensor number `index`. */
export interface TensorDescribe {
  readonly blob?: Blob | undefined;
  readonly index: number;
  readonly name?: string | undefined;
  readonly regions?: readonly Region[] | undefined;
  readonly quantInfo?: TensorQuantInfo | undefined;
}

export interface KV {
  readonly key?: string | undefined;
  readonly value?: string | undefined;
}

export interface OpInfo {
  readonly op?: string | undefined;
  readonly weight?: string | undefined;
  readonly bias?: string | undefined;
}

export interface TrainInfo {
  readonly trainables?: readonly KV[] | undefined;
  readonly convolutions?: readonly OpInfo[] | undefined;
  readonly batchnormal?: readonly KV[] | undefined;
}

export type OpParameter =
  | { readonly type: 'QuantizedAdd'; readonly value: QuantizedAdd }
  | { readonly type: 'ArgMax'; readonly value: ArgMax }
  | { readonly type: 'AsString'; readonly value: AsString }
  | { readonly type: 'Axis'; readonly value: Axis }
  | { readonly type: 'BatchNorm'; readonly value: BatchNorm }
  | { readonly type: 'BinaryOp'; readonly value: BinaryOp }
  | { readonly type: 'Blob'; readonly value: Blob }
  | { readonly type: 'CastParam'; readonly value: CastParam }
  | { readonly type: 'Convolution2D'; readonly value: Convolution2D }
  | { readonly type: 'Crop'; readonly value: Crop }
  | { readonly type: 'CropAndResize'; readonly value: CropAndResize }
  | { readonly type: 'Dequantize'; readonly value: Dequantize }
  | { readonly type: 'DetectionOutput'; readonly value: DetectionOutput }
  | { readonly type: 'Eltwise'; readonly value: Eltwise }
  | { readonly type: 'ExpandDims'; readonly value: ExpandDims }
  | { readonly type: 'Fill'; readonly value: Fill }
  | { readonly type: 'Flatten'; readonly value: Flatten }
  | { readonly type: 'Gather'; readonly value: Gather }
  | { readonly type: 'GatherV2'; readonly value: GatherV2 }
  | { readonly type: 'InnerProduct'; readonly value: InnerProduct }
  | { readonly type: 'Input'; readonly value: Input }
  | { readonly type: 'Interp'; readonly value: Interp }
  | { readonly type: 'LRN'; readonly value: LRN }
  | { readonly type: 'LSTM'; readonly value: LSTM }
  | { readonly type: 'MatMul'; readonly value: MatMul }
  | { readonly type: 'NonMaxSuppressionV2'; readonly value: NonMaxSuppressionV2 }
  | { readonly type: 'Normalize'; readonly value: Normalize }
  | { readonly type: 'PackParam'; readonly value: PackParam }
  | { readonly type: 'Permute'; readonly value: Permute }
  | { readonly type: 'Plugin'; readonly value: Plugin }
  | { readonly type: 'Pool'; readonly value: Pool }
  | { readonly type: 'PRelu'; readonly value: PRelu }
  | { readonly type: 'PriorBox'; readonly value: PriorBox }
  | { readonly type: 'Proposal'; readonly value: Proposal }
  | { readonly type: 'QuantizedAvgPool'; readonly value: QuantizedAvgPool }
  | { readonly type: 'QuantizedBiasAdd'; readonly value: QuantizedBiasAdd }
  | { readonly type: 'QuantizedConcat'; readonly value: QuantizedConcat }
  | { readonly type: 'QuantizedLogistic'; readonly value: QuantizedLogistic }
  | { readonly type: 'QuantizedMatMul'; readonly value: QuantizedMatMul }
  | { readonly type: 'QuantizedMaxPool'; readonly value: QuantizedMaxPool }
  | { readonly type: 'QuantizedRelu'; readonly value: QuantizedRelu }
  | { readonly type: 'QuantizedRelu6'; readonly value: QuantizedRelu6 }
  | { readonly type: 'QuantizedReshape'; readonly value: QuantizedReshape }
  | { readonly type: 'QuantizedSoftmax'; readonly value: QuantizedSoftmax }
  | { readonly type: 'QuantizeMaxMin'; readonly value: QuantizeMaxMin }
  | { readonly type: 'QuantizeV2'; readonly value: QuantizeV2 }
  | { readonly type: 'Range'; readonly value: Range }
  | { readonly type: 'Rank'; readonly value: Rank }
  | { readonly type: 'ReduceJoin'; readonly value: ReduceJoin }
  | { readonly type: 'ReductionParam'; readonly value: ReductionParam }
  | { readonly type: 'Relu'; readonly value: Relu }
  | { readonly type: 'Relu6'; readonly value: Relu6 }
  | { readonly type: 'RequantizationRange'; readonly value: RequantizationRange }
  | { readonly type: 'Requantize'; readonly value: Requantize }
  | { readonly type: 'Reshape'; readonly value: Reshape }
  | { readonly type: 'Resize'; readonly value: Resize }
  | { readonly type: 'RoiParameters'; readonly value: RoiParameters }
  | { readonly type: 'Scale'; readonly value: Scale }
  | { readonly type: 'Selu'; readonly value: Selu }
  | { readonly type: 'Size'; readonly value: Size }
  | { readonly type: 'Slice'; readonly value: Slice }
  | { readonly type: 'SliceTf'; readonly value: SliceTf }
  | { readonly type: 'SpaceBatch'; readonly value: SpaceBatch }
  | { readonly type: 'SqueezeParam'; readonly value: SqueezeParam }
  | { readonly type: 'StridedSliceParam'; readonly value: StridedSliceParam }
  | { readonly type: 'TensorConvertInfo'; readonly value: TensorConvertInfo }
  | { readonly type: 'TfQuantizedConv2D'; readonly value: TfQuantizedConv2D }
  | { readonly type: 'TopKV2'; readonly value: TopKV2 }
  | { readonly type: 'Transpose'; readonly value: Transpose }
  | { readonly type: 'UnaryOp'; readonly value: UnaryOp }
  | { readonly type: 'MomentsParam'; readonly value: MomentsParam }
  | { readonly type: 'RNNParam'; readonly value: RNNParam }
  | { readonly type: 'BatchMatMulParam'; readonly value: BatchMatMulParam }
  | { readonly type: 'QuantizedFloatParam'; readonly value: QuantizedFloatParam }
  | { readonly type: 'DepthSpaceParam'; readonly value: DepthSpaceParam }
  | { readonly type: 'EltwiseInt8'; readonly value: EltwiseInt8 }
  | { readonly type: 'ReverseSequenceParam'; readonly value: ReverseSequenceParam }
  | { readonly type: 'Extra'; readonly value: Extra }
  | { readonly type: 'Pool3D'; readonly value: Pool3D }
  | { readonly type: 'Convolution3D'; readonly value: Convolution3D }
  | { readonly type: 'ELU'; readonly value: ELU }
  | { readonly type: 'DetectionPostProcessParam'; readonly value: DetectionPostProcessParam }
  | { readonly type: 'OneHotParam'; readonly value: OneHotParam }
  | { readonly type: 'PadParam'; readonly value: PadParam }
  | { readonly type: 'WhileParam'; readonly value: WhileParam }
  | { readonly type: 'IfParam'; readonly value: IfParam }
  | { readonly type: 'RandomUniform'; readonly value: RandomUniform }
  | { readonly type: 'LayerNorm'; readonly value: LayerNorm }
  | { readonly type: 'TensorArray'; readonly value: TensorArray }
  | { readonly type: 'LSTMBlockCell'; readonly value: LSTMBlockCell }
  | { readonly type: 'GridSample'; readonly value: GridSample }
  | { readonly type: 'LoopParam'; readonly value: LoopParam }
  | { readonly type: 'ImageProcessParam'; readonly value: ImageProcessParam }
  | { readonly type: 'CumSum'; readonly value: CumSum }
  | { readonly type: 'GroupNorm'; readonly value: GroupNorm }
  | { readonly type: 'FmhaV2Param'; readonly value: FmhaV2Param }
  | { readonly type: 'FmhcaParam'; readonly value: FmhcaParam }
  | { readonly type: 'AttentionParam'; readonly value: AttentionParam }
  | { readonly type: 'StftParam'; readonly value: StftParam }
  | { readonly type: 'LinearAttentionParam'; readonly value: LinearAttentionParam }
  | { readonly type: 'ShapeParam'; readonly value: ShapeParam }
  | { readonly type: 'RoPEParam'; readonly value: RoPEParam }
  | { readonly type: 'FusedLinearParam'; readonly value: FusedLinearParam };

/** Every table by its name in the schema. */
export interface Tables {
  IfParam: IfParam;
  WhileParam: WhileParam;
  RegionCommand: RegionCommand;
  LoopParam: LoopParam;
  Op: Op;
  SubGraphProto: SubGraphProto;
  ExtraInfo: ExtraInfo;
  Net: Net;
  Convolution2DCommon: Convolution2DCommon;
  SparseCommon: SparseCommon;
  Convolution2D: Convolution2D;
  Convolution3DCommon: Convolution3DCommon;
  Convolution3D: Convolution3D;
  InnerProduct: InnerProduct;
  MatMul: MatMul;
  BatchMatMulParam: BatchMatMulParam;
  PriorBox: PriorBox;
  Proposal: Proposal;
  DetectionOutput: DetectionOutput;
  DetectionPostProcessParam: DetectionPostProcessParam;
  NonMaxSuppressionV2: NonMaxSuppressionV2;
  BinaryOp: BinaryOp;
  UnaryOp: UnaryOp;
  Eltwise: Eltwise;
  EltwiseInt8: EltwiseInt8;
  Relu: Relu;
  Relu6: Relu6;
  PRelu: PRelu;
  ELU: ELU;
  Selu: Selu;
  CastParam: CastParam;
  BatchNorm: BatchNorm;
  Scale: Scale;
  LRN: LRN;
  Normalize: Normalize;
  LayerNorm: LayerNorm;
  GroupNorm: GroupNorm;
  MomentsParam: MomentsParam;
  AsString: AsString;
  ReduceJoin: ReduceJoin;
  ImageProcessParam: ImageProcessParam;
  Plugin: Plugin;
  Extra: Extra;
  Pool: Pool;
  Pool3D: Pool3D;
  Interp: Interp;
  Resize: Resize;
  CropAndResize: CropAndResize;
  GridSample: GridSample;
  RoiParameters: RoiParameters;
  LSTM: LSTM;
  RNNParam: RNNParam;
  LSTMBlockCell: LSTMBlockCell;
  TensorArray: TensorArray;
  ReductionParam: ReductionParam;
  CumSum: CumSum;
  ArgMax: ArgMax;
  TopKV2: TopKV2;
  StftParam: StftParam;
  Input: Input;
  Axis: Axis;
  Reshape: Reshape;
  Permute: Permute;
  Transpose: Transpose;
  Flatten: Flatten;
  SqueezeParam: SqueezeParam;
  ExpandDims: ExpandDims;
  PackParam: PackParam;
  Slice: Slice;
  SliceTf: SliceTf;
  StridedSliceParam: StridedSliceParam;
  Crop: Crop;
  PadParam: PadParam;
  Gather: Gather;
  GatherV2: GatherV2;
  DepthSpaceParam: DepthSpaceParam;
  SpaceBatch: SpaceBatch;
  ReverseSequenceParam: ReverseSequenceParam;
  TensorConvertInfo: TensorConvertInfo;
  ShapeParam: ShapeParam;
  Rank: Rank;
  Size: Size;
  Range: Range;
  Fill: Fill;
  RandomUniform: RandomUniform;
  OneHotParam: OneHotParam;
  QuantizedParam: QuantizedParam;
  QuantizedAdd: QuantizedAdd;
  QuantizedAvgPool: QuantizedAvgPool;
  QuantizedBiasAdd: QuantizedBiasAdd;
  QuantizedConcat: QuantizedConcat;
  QuantizedLogistic: QuantizedLogistic;
  QuantizedMatMul: QuantizedMatMul;
  QuantizedMaxPool: QuantizedMaxPool;
  QuantizedRelu: QuantizedRelu;
  QuantizedRelu6: QuantizedRelu6;
  QuantizedReshape: QuantizedReshape;
  QuantizedSoftmax: QuantizedSoftmax;
  QuantizeMaxMin: QuantizeMaxMin;
  QuantizeV2: QuantizeV2;
  Dequantize: Dequantize;
  RequantizationRange: RequantizationRange;
  Requantize: Requantize;
  TfQuantizedConv2D: TfQuantizedConv2D;
  AttentionParam: AttentionParam;
  LinearAttentionParam: LinearAttentionParam;
  RoPEParam: RoPEParam;
  FusedLinearParam: FusedLinearParam;
  FmhaV2Param: FmhaV2Param;
  FmhcaParam: FmhcaParam;
  IDSTQuan: IDSTQuan;
  QuantizedFloatParam: QuantizedFloatParam;
  Blob: Blob;
  ListValue: ListValue;
  Attribute: Attribute;
  NamedAttrList: NamedAttrList;
  StringVec: StringVec;
  View: View;
  Region: Region;
  TensorQuantInfo: TensorQuantInfo;
  TensorDescribe: TensorDescribe;
  KV: KV;
  OpInfo: OpInfo;
  TrainInfo: TrainInfo;
}
