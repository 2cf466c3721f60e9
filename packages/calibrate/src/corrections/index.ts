export { type BiasCorrectionJob, type CorrectedBiases, correctBiases } from './bias-correction.ts';
