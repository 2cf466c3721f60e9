export {
  BatchNormError,
  BatchNormStatistics,
  type ChannelStatistics,
  type FoldedModel,
  foldBatchNorm,
  type TrainingForward,
  type TrainingForwardJob,
  trainingForward,
} from './batch-norm/index.ts';
export {
  type CalibrationConfig,
  type CalibrationJob,
  type CalibrationResult,
  calibrate,
  type EmaConfig,
  type WinogradResult,
} from './calibrate.ts';
export { CalibrationError } from './calibration-error.ts';
export { type InlinedModel, inlineConstantWeights } from './constant-weights.ts';
export {
  type BiasCorrectionJob,
  type CorrectedBiases,
  correctBiases,
  type EqualizationJob,
  type EqualizedModel,
  equalize,
  type FloatMeans,
  type FloatMeansJob,
  floatMeans,
} from './corrections/index.ts';
export type { BatchTensor, EmaForward } from './ema/index.ts';
export {
  cosineOf,
  type Distribution,
  DistributionCounter,
  type ErrorJob,
  type LayerError,
  measureErrors,
  measureWeights,
  type SignalError,
  type WeightRounding,
} from './errors/index.ts';
export {
  type LearnedLayer,
  type LearnedWeights,
  type LearnJob,
  learnWeights,
} from './learned-rounding/index.ts';
export {
  channelCount,
  type PixelFormat,
  type PixelImage,
  PreprocessError,
  type RgbaImage,
  type SampleOptions,
  sampleImage,
  withAlpha,
} from './preprocess/index.ts';
export { type ResizedLines, resizeLinesAsImages } from './resized-lines.ts';
export {
  type CandidateOptions,
  fakeQuantPlan,
  type Int8Candidates,
  int8Candidates,
  type NodeChoice,
  type PredictedCommand,
  type PredictedOp,
  type Prediction,
  possibleInt8,
  predictInt8,
  type QuantizationPlan,
  quantizeModel,
  RewriteError,
  type Share,
  scalesJson,
  withScalesForPieces,
} from './rewrite/index.ts';
export { multiplyAdds } from './rewrite/multiply-adds.ts';
export { groupByShape, type InputShapes, type SampleGroup, type SampleSet } from './samples.ts';
export type { BrokenScaleTie, ScaleGroup, ScaleTable, TensorScale } from './scale-table.ts';
export {
  type Axis,
  type CoordinateSearch,
  coordinateSearch,
  type FewestFreed,
  type Freeable,
  fewestFreed,
  rankLayers,
  type Sensitivity,
} from './search/index.ts';
export {
  type ApproximatedOp,
  int8Graph,
  type SimulatedNetwork,
  type TensorHolder,
} from './simulate/index.ts';
export { planScales, type ScalePlan, type SolveOptions, solveScales } from './solve-scales.ts';
export type {
  BucketStatistics,
  FeatureSolution,
  FeatureSolveOptions,
  FeatureSolver,
  FeatureStatistics,
  HistogramStatistics,
  ScaleMethod,
} from './solvers/feature-solver.ts';
export { type FeatureMethod, featureSolvers, findsZeroPoints } from './solvers/index.ts';
export { DEFAULT_PERCENTILE } from './solvers/percentile.ts';
export {
  type EncodedStatistics,
  type FindArray,
  type NumberArray,
  SavedStatistics,
  type SavedTensor,
  type StatisticsHeader,
} from './statistics/index.ts';
export { DEPTHWISE_SMALLEST_SCALE } from './weights/grid.ts';
export { type WeightMethod, weightQuantizers } from './weights/index.ts';
export {
  quantizeWeights,
  quantizeWeightsInTurns,
  type WeightConfig,
  type WeightsByOp,
} from './weights/quantize-weights.ts';
export {
  type QuantizedWeights,
  WeightError,
  type WeightMatrix,
  type WeightQuantizeOptions,
  type WeightQuantizer,
} from './weights/weight-quantizer.ts';
export {
  chooseWinograd,
  decodeWinogradAttribute,
  encodeWinogradAttribute,
  type WinogradChoice,
  WinogradError,
  type WinogradLayer,
  WinogradObserver,
  type WinogradTile,
  type WinogradUnit,
  winogradLayers,
} from './winograd/index.ts';
