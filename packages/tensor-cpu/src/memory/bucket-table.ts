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

  /** Calls `visit` for every place of [from, to] that holds something, ascending, and empties it. */
  drain(from: number, to: number, visit: (place: number, count: number, sum: number) => void): void {
    const { int32, memory } = this.#memory;
    const sums = new Float64Array(memory.buffer, this.sums, MOST_BUCKETS);
    const first = this.counts >>> 2;
    for (let place = from; place <= to; place++) {
      const count = int32[first + place] >>> 0;
      if (count === 0) continue;
      visit(place, count, sums[place]);
      int32[first + place] = 0;
      sums[place] = 0;
    }
  }
}
