export type { CpuBackend } from './cpu-backend.ts';
export type { CpuBackendOptions } from './create-backend.ts';
export { createCpuBackend } from './create-backend.ts';
export { MAX_MEMORY_BYTES } from './memory/wasm-memory.ts';
