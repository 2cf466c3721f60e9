// Entry point for a page or a worker: the command's work on bytes, without files. Runs in Node as well.
export { QuantizeError, UsageError } from '../errors.ts';
export { ImageError } from '../images/decode-with.ts';
export { type Inspection, type InspectOptions, inspectModel } from '../inspect/index.ts';
export type { JobOutcome } from '../job/outcome.ts';
export type { OnProgress } from '../job/run.ts';
export type { SkippedFile } from '../samples/opened.ts';
export { formatSummary } from '../summary.ts';
export { decodeImageFile } from './decode.ts';
export { type ImageFile, type QuantizeBytesOptions, type QuantizedBytes, quantize } from './quantize.ts';
