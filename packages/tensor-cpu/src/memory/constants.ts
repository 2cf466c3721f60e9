import type { Heap } from './heap.ts';
import type { WasmMemory } from './wasm-memory.ts';

/**
 * What kernels keep between calls: packed weights, once per owner, until that is forgotten; and windows, once per content, as long as the
 * backend lives.
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
    return this.#own(owner, role, pack);
  }

  /** The same for whole numbers that hardly anybody else has. */
  ownIntegers(owner: object, role: string, pack: () => Int32Array): number {
    return this.#own(owner, role, pack);
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

  /** Frees what an owner has; the next call for it packs again. */
  forget(owner: object): void {
    for (const address of this.#packed.get(owner)?.values() ?? []) this.#heap.free(address);
    this.#packed.delete(owner);
  }

  #own(owner: object, role: string, pack: () => Float32Array | Int32Array): number {
    let roles = this.#packed.get(owner);
    if (roles === undefined) {
      roles = new Map();
      this.#packed.set(owner, roles);
    }
    let address = roles.get(role);
    if (address === undefined) {
      const data = pack();
      address = this.#heap.allocate(data.byteLength);
      const view = data instanceof Int32Array ? this.#memory.int32 : this.#memory.float32;
      view.set(data, address >>> 2);
      roles.set(role, address);
    }
    return address;
  }
}
