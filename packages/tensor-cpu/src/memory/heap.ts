/** Alignment of every block: one cache line. */
export const BLOCK_ALIGNMENT = 64;

/** Room behind every block, because vector loads may read past a tensor's last element (never write). */
export const READ_SLACK = 64;

interface FreeBlock {
  readonly address: number;
  readonly bytes: number;
}

/**
 * Hands out address ranges: best fit over a list of free blocks sorted by address, neighbours joined when
 * they are freed. Freed memory is used again before the heap grows, so a loop over images touches the same
 * pages every time. It only does arithmetic on addresses; `grow` provides the memory.
 */
export class Heap {
  readonly #free: FreeBlock[] = [];
  readonly #live = new Map<number, number>();
  readonly #grow: (bytes: number) => number;
  #end: number;
  #used = 0;

  /** `grow(bytes)` makes at least `bytes` more available behind the end and returns how many, or throws. */
  constructor(start: number, grow: (bytes: number) => number) {
    this.#end = start;
    this.#grow = grow;
  }

  /** Bytes in live blocks, alignment and slack included. */
  get usedBytes(): number {
    return this.#used;
  }

  get liveBlocks(): number {
    return this.#live.size;
  }

  /** Address of at least `bytes` bytes, aligned to 64. The content is undefined. */
  allocate(bytes: number): number {
    const size = Math.ceil((bytes + READ_SLACK) / BLOCK_ALIGNMENT) * BLOCK_ALIGNMENT;
    let index = this.#bestFit(size);
    if (index < 0) {
      this.#extend(size);
      index = this.#bestFit(size);
    }
    const block = this.#free[index];
    if (block.bytes === size) this.#free.splice(index, 1);
    else this.#free[index] = { address: block.address + size, bytes: block.bytes - size };
    this.#live.set(block.address, size);
    this.#used += size;
    return block.address;
  }

  /** Gives a block back. Throws when `address` is not the start of a live block. */
  free(address: number): void {
    const bytes = this.#live.get(address);
    if (bytes === undefined) {
      throw new Error(
        `tensor-cpu: address ${address} is not allocated; it was freed already or never given out`,
      );
    }
    this.#live.delete(address);
    this.#used -= bytes;
    this.#insert({ address, bytes });
  }

  #bestFit(size: number): number {
    let best = -1;
    for (let i = 0; i < this.#free.length; i++) {
      const { bytes } = this.#free[i];
      if (bytes >= size && (best < 0 || bytes < this.#free[best].bytes)) best = i;
    }
    return best;
  }

  #extend(size: number): void {
    const last = this.#free.at(-1);
    const tail = last !== undefined && last.address + last.bytes === this.#end ? last.bytes : 0;
    const bytes = this.#grow(size - tail);
    const address = this.#end;
    this.#end += bytes;
    this.#insert({ address, bytes });
  }

  #insert(block: FreeBlock): void {
    const free = this.#free;
    let low = 0;
    for (let high = free.length; low < high; ) {
      const middle = (low + high) >> 1;
      if (free[middle].address < block.address) low = middle + 1;
      else high = middle;
    }
    let { address, bytes } = block;
    let replaced = 0;
    if (low < free.length && address + bytes === free[low].address) {
      bytes += free[low].bytes;
      replaced++;
    }
    if (low > 0 && free[low - 1].address + free[low - 1].bytes === address) {
      low--;
      address = free[low].address;
      bytes += free[low].bytes;
      replaced++;
    }
    free.splice(low, replaced, { address, bytes });
  }
}
