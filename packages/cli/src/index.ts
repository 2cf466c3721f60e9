export type { BackendName } from './backend/names.ts';
export type { BackendOutcome, GpuFinding } from './backend/outcome.ts';
export { QuantizeError, UsageError } from './errors.ts';
export { EXIT, type ExitCode } from './exit-codes.ts';
export { decodeImage, ImageError } from './images/decode.ts';
export { type ImageFolder, openImageFolder } from './images/folder.ts';
export { main } from './main.ts';
export { type QuantizeOptions, type QuantizeOutcome, quantizeFile } from './quantize-file.ts';
export type { SkippedFile } from './samples/opened.ts';
