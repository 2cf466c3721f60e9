// Entry point for Node: the same backend, with the kernels read from the package's folder.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { TensorBackend } from '@mnnquant/graph';
import { CpuBackend, FAST_INSTRUCTIONS, INSTRUCTIONS } from './cpu-backend.ts';
import type { CpuBackendOptions } from './create-backend.ts';
import { createCpuBackend as createFromModule } from './create-backend.ts';
import { createContext } from './create-context.ts';
import { checkMemory, MAX_MEMORY_BYTES } from './memory/wasm-memory.ts';
import { PooledBackend } from './pool/pooled-backend.ts';
import { startWorker } from './worker-channel.ts';

export type { CpuBackend } from './cpu-backend.ts';
export type { CpuBackendOptions } from './create-backend.ts';

/** Makes a backend with a memory of its own; `options.wasm` is only needed to share one compiled module. */
export async function createCpuBackend(options: CpuBackendOptions = {}): Promise<CpuBackend> {
  return createFromModule({ ...options, wasm: options.wasm ?? (await loadKernels()) });
}

export interface ThreadOptions {
  /** 1: the calling thread computes. More: so many workers do. */
  readonly threads: number;
  /** Of the memory of each thread; default and maximum are 4 GiB less 64 KiB. */
  readonly maxMemoryBytes?: number;
  /** Use `loadFastKernels`: faster, but the last bits of results depend on the machine. */
  readonly fastMath?: boolean;
}

/**
 * A backend that computes several samples at the same time; the results have the same bits for any number of
 * threads. Workers start in the background: the backend can be used at once.
 */
export async function createThreadedBackend(options: ThreadOptions): Promise<TensorBackend> {
  const { threads, maxMemoryBytes = MAX_MEMORY_BYTES, fastMath = false } = options;
  if (!Number.isInteger(threads) || threads < 1)
    throw new RangeError(`tensor-cpu: expected a whole number of threads from 1, got ${threads}`);
  checkMemory(maxMemoryBytes);
  const module = await (fastMath ? loadFastKernels() : loadKernels());
  const instructions = fastMath ? FAST_INSTRUCTIONS : INSTRUCTIONS;
  if (threads === 1) return new CpuBackend(await createContext(module, maxMemoryBytes), instructions);
  const channels = Array.from({ length: threads }, () => startWorker(module, maxMemoryBytes));
  return new PooledBackend({ channels, maxMemoryBytes, instructions });
}

/** The compiled kernels, for handing one module to several backends or workers. */
export async function loadKernels(): Promise<WebAssembly.Module> {
  return WebAssembly.compile(await readKernels('kernels'));
}

/**
 * The kernels with fused multiply-adds, about a quarter faster; their last bits depend on the machine. They need relaxed
 * SIMD: on from Node 22, behind V8's flag `--experimental-wasm-relaxed-simd` before. Throws where the engine lacks it.
 */
export async function loadFastKernels(): Promise<WebAssembly.Module> {
  const bytes = await readKernels('kernels-fast');
  try {
    return await WebAssembly.compile(bytes);
  } catch (cause) {
    throw new Error(
      `tensor-cpu: Node ${process.versions.node} cannot compile the fast kernels (relaxed SIMD); use Node 22 or newer, start Node with --experimental-wasm-relaxed-simd, or use the ordinary kernels`,
      { cause },
    );
  }
}

async function readKernels(name: string): Promise<Uint8Array<ArrayBuffer>> {
  const file = fileURLToPath(new URL(`../wasm/${name}.wasm`, import.meta.url));
  try {
    return new Uint8Array(await readFile(file));
  } catch (cause) {
    throw new Error(
      `tensor-cpu: cannot read the kernels ${file}; in a checkout build them first (pnpm run build), otherwise reinstall the package`,
      { cause },
    );
  }
}
