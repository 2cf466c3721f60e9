import type { BoundKernel, GraphNode, TensorDesc } from '@mnnquant/graph';
import type { KernelExports } from './kernel-exports.ts';
import type { BucketTable } from './memory/bucket-table.ts';
import type { Constants } from './memory/constants.ts';
import type { Heap } from './memory/heap.ts';
import type { Scratch } from './memory/scratch.ts';
import type { WasmMemory } from './memory/wasm-memory.ts';

/** What kernels and statistics work with: one instance of the module, and its memory. */
export interface KernelContext {
  readonly wasm: KernelExports;
  readonly memory: WasmMemory;
  readonly heap: Heap;
  /** Binding reserves, running asks for the address. */
  readonly scratch: Pick<Scratch, 'address' | 'reserve'>;
  readonly bucketTable: BucketTable;
  readonly constants: Pick<Constants, 'floats' | 'ownIntegers' | 'integers' | 'forget'>;
}

/** Binds a node for fixed shapes; `undefined` where the kernel does not cover the case. */
export type KernelBinder = (
  context: KernelContext,
  node: GraphNode,
  inputs: readonly (TensorDesc | undefined)[],
  outputs: readonly TensorDesc[],
) => BoundKernel | undefined;
