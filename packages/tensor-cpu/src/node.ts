// Entry point for Node: the same backend, with the kernels read from the package's folder.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { CpuBackend } from './cpu-backend.ts';
import type { CpuBackendOptions } from './create-backend.ts';
import { createCpuBackend as createFromModule } from './create-backend.ts';

export type { CpuBackend } from './cpu-backend.ts';
export type { CpuBackendOptions } from './create-backend.ts';

/** Makes a backend with a memory of its own; `options.wasm` is only needed to share one compiled module. */
export async function createCpuBackend(options: CpuBackendOptions = {}): Promise<CpuBackend> {
  return createFromModule({ ...options, wasm: options.wasm ?? (await loadKernels()) });
}

/** The compiled kernels, for handing one module to several backends or workers. */
export async function loadKernels(): Promise<WebAssembly.Module> {
  const file = fileURLToPath(new URL('../wasm/kernels.wasm', import.meta.url));
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = new Uint8Array(await readFile(file));
  } catch (cause) {
    throw new Error(
      `tensor-cpu: cannot read the kernels ${file}; in a checkout build them first (pnpm run build), otherwise reinstall the package`,
      { cause },
    );
  }
  return WebAssembly.compile(bytes);
}
