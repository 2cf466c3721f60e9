import type { Heap } from './heap.ts';

/**
 * One block of working memory that all kernels share, since only one runs at a time. Binding reserves, running
 * asks for the address: a later reservation may move it.
 */
export class Scratch {
  readonly #heap: Heap;
  #address = 0;
  #bytes = 0;

  constructor(heap: Heap) {
    this.#heap = heap;
  }

  get address(): number {
    return this.#address;
  }

  /** Makes sure that at least `bytes` bytes are there. */
  reserve(bytes: number): void {
    if (bytes <= this.#bytes) return;
    const address = this.#heap.allocate(bytes);
    if (this.#bytes > 0) this.#heap.free(this.#address);
    this.#address = address;
    this.#bytes = bytes;
  }
}
