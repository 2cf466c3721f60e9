import { CpuBackend } from './cpu-backend.ts';
import { createContext } from './create-context.ts';
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
  const url = new URL('../wasm/kernels.wasm', import.meta.url);
  if (url.protocol === 'file:') {
    throw new Error(
      'tensor-cpu: the kernels cannot be fetched from a file; import createCpuBackend from @mnnquant/tensor-cpu/node, or pass them as options.wasm',
    );
  }
  const response = await fetch(url);
  if (!response.ok) {
    throw new Error(
      `tensor-cpu: cannot load the kernels: ${response.status} ${response.statusText} for ${url}`,
    );
  }
  return WebAssembly.compile(await response.arrayBuffer());
}
