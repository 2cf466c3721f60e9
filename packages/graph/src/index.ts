export { budgetOn, peakActivationBytes, samplesWithin } from './activation-memory.ts';
export type {
  BoundKernel,
  DeviceTensor,
  ErrorSums,
  HistogramRequest,
  QuantParams,
  RangeStatistics,
  TensorBackend,
} from './backend.ts';
export { Breath } from './breath.ts';
export { type BuildOptions, buildGraph } from './build-graph.ts';
export { constantTensor } from './constant.ts';
export type { ControlBody, ControlRuntime } from './control.ts';
export { channelAxis, MNN_DTYPES, MNN_LAYOUTS, spatialAxis } from './format.ts';
export type {
  DeferredPart,
  ExecutionPlan,
  Graph,
  GraphInput,
  GraphNode,
  GraphOutput,
  PlanStep,
} from './graph.ts';
export { hostKernel } from './host-kernel.ts';
export type { Int8Attributes } from './int8/attributes.ts';
export { int8Binary } from './int8/binary-op.ts';
export { INT8_CASTS, INT8_DEFINITIONS, INT8_OPS, INT8_WINOGRAD } from './int8/index.ts';
export type { Int8Op } from './int8/params.ts';
export { int8PoolWindows } from './int8/pooling.ts';
export { hasInt8Rest } from './int8/relu.ts';
export {
  type Int8ConvolutionAttributes,
  type Requantization,
  requantization,
} from './int8/requantization.ts';
export { inverseScale } from './int8/rounding.ts';
export type { Int8UnaryAttributes } from './int8/unary-op.ts';
export type { WinogradResultAttributes } from './int8/winograd-result.ts';
export type { WinogradSourceAttributes } from './int8/winograd-source.ts';
export { loadSamples, type SampleLoader, sampleName } from './load-samples.ts';
export { exp, log } from './math/index.ts';
export { scaleByPowerOfTwo } from './math/power-of-two.ts';
export {
  type Observation,
  type ObservationJob,
  type ObservationKind,
  type ObservationRun,
  observe,
  type TensorStatistics,
} from './observe.ts';
export {
  GraphError,
  type OpCase,
  type OpCaseInput,
  type OpDefinition,
  type ParseContext,
  UnknownValueError,
} from './op.ts';
export type { BatchNormAttributes } from './ops/batch-norm.ts';
export type { BinaryAttributes } from './ops/binary-op.ts';
export { type BroadcastToAttributes, broadcastToStrides } from './ops/broadcast-to.ts';
export type { CastAttributes } from './ops/cast.ts';
export { type ConvertTensorAttributes, channelOrder } from './ops/convert-tensor.ts';
export { activationBounds } from './ops/convolution.ts';
export {
  type ConvolutionAttributes,
  type ConvolutionGeometry,
  convolutionGeometry,
} from './ops/convolution-attributes.ts';
export { type CropAttributes, cropView } from './ops/crop.ts';
export {
  type DeconvolutionAttributes,
  type DeconvolutionGeometry,
  deconvolutionGeometry,
} from './ops/deconvolution.ts';
export { type BlockViews, blockViews, type DepthSpaceAttributes } from './ops/depth-space.ts';
export type { EltwiseAttributes } from './ops/eltwise.ts';
export type { EluAttributes } from './ops/elu.ts';
export type { GatherAttributes } from './ops/gather.ts';
export type { GatherNdAttributes } from './ops/gather-nd.ts';
export { OPS } from './ops/index.ts';
export type { InstanceNormAttributes } from './ops/instance-norm.ts';
export { type InterpAttributes, interpTaps, NO_EXTENT, type Taps } from './ops/interp.ts';
export type { LayerNormAttributes } from './ops/layer-norm.ts';
export type { LrnAttributes } from './ops/lrn.ts';
export { type MatMulAttributes, pairBatches } from './ops/mat-mul.ts';
export type { MomentsAttributes } from './ops/moments.ts';
export type { NormalizeAttributes } from './ops/normalize.ts';
export { type PaddingAttributes, padSource } from './ops/padding.ts';
export { type PermuteAttributes, permuteOrder } from './ops/permute.ts';
export {
  type PoolAttributes,
  type PoolGeometry,
  poolGeometry,
  windowsHoldPixels,
} from './ops/pooling-attributes.ts';
export type { PreluAttributes } from './ops/prelu.ts';
export type { RasterAttributes } from './ops/raster.ts';
export { type ReductionAttributes, reducedAxes } from './ops/reduction.ts';
export type { ReluAttributes } from './ops/relu.ts';
export type { ClipAttributes } from './ops/relu6.ts';
export type { ReshapeAttributes } from './ops/reshape.ts';
export type { ScaleAttributes } from './ops/scale.ts';
export type { SeluAttributes } from './ops/selu.ts';
export type { SliceAttributes } from './ops/slice.ts';
export type { AxisAttributes } from './ops/softmax.ts';
export { type SpaceBatchAttributes, spaceBatchAttributes, spaceBatchViews } from './ops/space-batch.ts';
export { type StridedSliceAttributes, stridedSliceView, writtenView } from './ops/strided-slice.ts';
export { broadcastStrides } from './ops/support/broadcast.ts';
export { type ColumnAttributes, columnGeometry } from './ops/support/columns.ts';
export { flatPositions, positionsAlong } from './ops/support/flat-index.ts';
export type { ScatterAttributes } from './ops/support/scatter.ts';
export { copyView, denseStrides, type View } from './ops/support/strides.ts';
export {
  type BoxView,
  layerViews,
  type MovedAxis,
  mergedAxes,
  partViews,
  permutedView,
  tileViews,
  wholeView,
} from './ops/support/views.ts';
export { UNARY_FUNCTIONS, type UnaryAttributes } from './ops/unary-op.ts';
export { createPlan } from './plan.ts';
export { planNodes } from './plan-nodes.ts';
export {
  type DisposeOptions,
  execute,
  Program,
  type ProgramOptions,
  type RunReport,
  type RunVisitor,
  type Sample,
  type SampleEvent,
  type SampleNames,
  type TensorEvent,
} from './program.ts';
export {
  addToHistogram,
  createReferenceBackend,
  errorSums,
  fakeQuantizeData,
  outsideCount,
  type ReferenceBackendOptions,
  rangeOf,
} from './reference-backend.ts';
export { joinedReports } from './run-reports.ts';
export { floatNotAbove, histogramInterval, quantGrid } from './statistics-arguments.ts';
export {
  allocateData,
  type DType,
  elementCount,
  type HostTensor,
  type Layout,
  type TensorData,
  type TensorDesc,
  type TensorList,
} from './tensor.ts';
export type { OmittedOp } from './unknown-tail.ts';
export { type UnsupportedOp, UnsupportedOpError } from './unsupported-op.ts';
export { UNSUPPORTED_ORIGINS, type UnsupportedOrigin } from './unsupported-origins.ts';
export {
  BUCKET_SHIFT,
  type BucketColumns,
  MOST_BUCKETS,
  type ValueBucket,
  type ValueBucketParts,
  ValueBuckets,
} from './value-buckets.ts';
export { wiringOf } from './wiring.ts';
