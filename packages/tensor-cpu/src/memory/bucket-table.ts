import { MOST_BUCKETS } from '@mnnquant/graph';
import type { Heap } from './heap.ts';
import type { WasmMemory } from './wasm-memory.ts';

const RESULT_BYTES = 16;

/**
 * Sums (f64) and counts (u32) of as many buckets as one tensor can have: 3.2 MiB that exist from the first
 * use on and are all zero between uses, so that each use clears only what it touched.
 */
export class BucketTable {
  readonly #heap: Heap;
  readonly #memory: WasmMemory;
  #address = 0;

  constructor(heap: Heap, memory: WasmMemory) {
    this.#heap = heap;
    this.#memory = memory;
  }

  /** Address of two i32, then room up to 16 bytes. */
  get result(): number {
    if (this.#address === 0) {
      const bytes = RESULT_BYTES + MOST_BUCKETS * 12;
      this.#address = this.#heap.allocate(bytes);
      this.#memory.int32.fill(0, this.#address >>> 2, (this.#address + bytes) >>> 2);
    }
    return this.#address;
  }

  get sums(): number {
    return this.result + RESULT_BYTES;
  }

  get counts(): number {
    return this.sums + MOST_BUCKETS * 8;
  }

  /** What lies from place `from` to `to`; to be left all zero. */
  filled(from: number, to: number): { readonly counts: Uint32Array; readonly sums: Float64Array } {
    const { buffer } = this.#memory.memory;
    const places = Math.max(0, to - from + 1);
    return {
      counts: new Uint32Array(buffer, this.counts + from * 4, places),
      sums: new Float64Array(buffer, this.sums + from * 8, places),
    };
  }
}
