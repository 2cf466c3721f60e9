import { CpuBackend } from './cpu-backend.ts';
import { createContext } from './create-context.ts';
import { fetchKernels } from './fetch-kernels.ts';
import { MAX_MEMORY_BYTES } from './memory/wasm-memory.ts';

export interface CpuBackendOptions {
  /** The kernels, compiled or as bytes. Without it they are fetched from beside this module (in a browser). */
  readonly wasm?: WebAssembly.Module | BufferSource;
  /** Budget for tensors, weights and working memory; default and maximum are 4 GiB less 64 KiB. */
  readonly maxMemoryBytes?: number;
}

/**
 * Makes a backend with a memory of its own. Needs WebAssembly SIMD (every browser since 2023, Node 16.4).
 * In Node use the same function of `@mnnquant/tensor-cpu/node`, which finds the kernels by itself.
 */
export async function createCpuBackend(options: CpuBackendOptions = {}): Promise<CpuBackend> {
  const module = await compile(options.wasm);
  return new CpuBackend(await createContext(module, options.maxMemoryBytes ?? MAX_MEMORY_BYTES));
}

async function compile(wasm: CpuBackendOptions['wasm']): Promise<WebAssembly.Module> {
  if (wasm instanceof WebAssembly.Module) return wasm;
  if (wasm !== undefined) return WebAssembly.compile(wasm);
  // Bundlers look for exactly this: they take the file along and put its address here.
  return WebAssembly.compile(await fetchKernels(new URL('../wasm/kernels.wasm', import.meta.url)));
}
