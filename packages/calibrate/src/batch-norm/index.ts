export { BatchNormError, type ChannelStatistics } from './affine.ts';
export { type FoldedModel, foldBatchNorm } from './fold.ts';
export { BatchNormStatistics, type BatchValues } from './training.ts';
export { type TrainingForward, type TrainingForwardJob, trainingForward } from './training-forward.ts';
