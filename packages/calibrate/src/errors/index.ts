export { cosineOf, type LayerError, worstFirst } from './layer-error.ts';
export { type ErrorJob, measureErrors } from './measure-errors.ts';
