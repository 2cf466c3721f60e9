import type { Heap } from './heap.ts';
import type { WasmMemory } from './wasm-memory.ts';

/**
 * What kernels keep between calls: packed weights, once per owner, and windows, once per content. Lives as
 * long as the backend.
 */
export class Constants {
  readonly #memory: WasmMemory;
  readonly #heap: Heap;
  readonly #packed = new WeakMap<object, Map<string, number>>();
  readonly #integers = new Map<string, number>();

  constructor(memory: WasmMemory, heap: Heap) {
    this.#memory = memory;
    this.#heap = heap;
  }

  /** Address of `pack()`'s floats. `owner` and `role` identify them: a second call does not pack again. */
  floats(owner: object, role: string, pack: () => Float32Array): number {
    let roles = this.#packed.get(owner);
    if (roles === undefined) {
      roles = new Map();
      this.#packed.set(owner, roles);
    }
    let address = roles.get(role);
    if (address === undefined) {
      const data = pack();
      address = this.#heap.allocate(data.byteLength);
      this.#memory.float32.set(data, address >>> 2);
      roles.set(role, address);
    }
    return address;
  }

  /** Address of a few integers; equal ones share their place. */
  integers(values: readonly number[]): number {
    const key = values.join(',');
    let address = this.#integers.get(key);
    if (address === undefined) {
      address = this.#heap.allocate(values.length * 4);
      this.#memory.int32.set(values, address >>> 2);
      this.#integers.set(key, address);
    }
    return address;
  }
}
