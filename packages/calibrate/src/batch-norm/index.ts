export { BatchNormError, type ChannelStatistics } from './affine.ts';
export { type FoldedModel, foldBatchNorm } from './fold.ts';
export { BatchNormStatistics } from './training.ts';
