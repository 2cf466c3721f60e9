export { type CandidateOptions, type Int8Candidates, int8Candidates, type NodeChoice } from './candidates.ts';
export { type QuantizationPlan, quantizeModel } from './quantize-model.ts';
export { RewriteError } from './rewrite-error.ts';
