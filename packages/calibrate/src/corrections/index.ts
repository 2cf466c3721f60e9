export { type BiasCorrectionJob, type CorrectedBiases, correctBiases } from './bias-correction.ts';
export { type EqualizationJob, type EqualizedModel, equalize } from './equalize.ts';
export { type FloatMeans, type FloatMeansJob, floatMeans } from './float-means.ts';
