export { type Distribution, DistributionCounter } from './distribution.ts';
export { cosineOf, type LayerError, type SignalError, snrOf, worstFirst } from './layer-error.ts';
export { type ErrorJob, measureErrors } from './measure-errors.ts';
export { measureWeights, type WeightRounding } from './weight-rounding.ts';
