export {
  type CandidateOptions,
  type Int8Candidates,
  int8Candidates,
  type NodeChoice,
  possibleInt8,
} from './candidates.ts';
export { withScalesForPieces } from './pieces.ts';
export {
  type PredictedCommand,
  type PredictedOp,
  type Prediction,
  predictInt8,
  type Share,
} from './predict.ts';
export { type QuantizationPlan, quantizeModel } from './quantize-model.ts';
export { RewriteError } from './rewrite-error.ts';
export { scalesJson } from './scales-json.ts';
export { fakeQuantPlan } from './simulate.ts';
