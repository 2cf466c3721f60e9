import { BUCKET_SHIFT } from '@mnnquant/graph';
import type { Heap } from './heap.ts';
import type { WasmMemory } from './wasm-memory.ts';

/** Finite float32 patterns without the sign. */
const BUCKETS = 0x7f800000 >>> BUCKET_SHIFT;
const RESULT_BYTES = 16;

/**
 * Sums (f64) and counts (u32) of every bucket there can be: 3 MiB that exist from the first use on and
 * are all zero between uses, so that each use clears only what it touched.
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
      const bytes = RESULT_BYTES + BUCKETS * 12;
      this.#address = this.#heap.allocate(bytes);
      this.#memory.int32.fill(0, this.#address >>> 2, (this.#address + bytes) >>> 2);
    }
    return this.#address;
  }

  get sums(): number {
    return this.result + RESULT_BYTES;
  }

  get counts(): number {
    return this.sums + BUCKETS * 8;
  }

  /** Calls `visit` for every bucket of [low, high] that holds something, ascending, and empties it. */
  drain(low: number, high: number, visit: (bucket: number, count: number, sum: number) => void): void {
    const { int32, memory } = this.#memory;
    const sums = new Float64Array(memory.buffer, this.sums, BUCKETS);
    const first = this.counts >>> 2;
    for (let bucket = low; bucket <= high; bucket++) {
      const count = int32[first + bucket] >>> 0;
      if (count === 0) continue;
      visit(bucket, count, sums[bucket]);
      int32[first + bucket] = 0;
      sums[bucket] = 0;
    }
  }
}
