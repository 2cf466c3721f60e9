import type { KernelContext } from './context.ts';
import type { KernelExports } from './kernel-exports.ts';
import { BucketTable } from './memory/bucket-table.ts';
import { Constants } from './memory/constants.ts';
import { Heap } from './memory/heap.ts';
import { Scratch } from './memory/scratch.ts';
import { WasmMemory } from './memory/wasm-memory.ts';

/** One instance of the kernels with a memory of its own. */
export async function createContext(module: WebAssembly.Module, maxBytes: number): Promise<KernelContext> {
  const memory = new WasmMemory(maxBytes);
  const instance = await WebAssembly.instantiate(module, { env: { memory: memory.memory } });
  // The first page holds the kernels' static tables, and address 0 stays free to mean "none".
  const heap = new Heap(memory.bytes, (bytes) => memory.grow(bytes));
  return {
    wasm: instance.exports as unknown as KernelExports,
    memory,
    heap,
    scratch: new Scratch(heap),
    bucketTable: new BucketTable(heap, memory),
    constants: new Constants(memory, heap),
  };
}
