const PAGE_BYTES = 65536;

/** The last page stays unused, so that an address just behind a block never wraps around to 0. */
const MAX_PAGES = 65535;

/**
 * Growing detaches all views and may start a garbage collection, so the memory is doubled, from 16 MiB on. Pages that nobody
 * touches are addresses and no memory.
 */
const MIN_STEP_PAGES = 256;

/** Most bytes that one 32-bit WebAssembly memory can hold for us. */
export const MAX_MEMORY_BYTES = MAX_PAGES * PAGE_BYTES;

/**
 * One growable WebAssembly memory with views of all of it. The views are replaced when it grows: take them
 * from here each time, never keep them.
 */
export class WasmMemory {
  readonly memory = new WebAssembly.Memory({ initial: 1 });
  readonly maxBytes: number;
  #float32!: Float32Array;
  #int32!: Int32Array;
  #uint8!: Uint8Array;

  /** `maxBytes` is the budget; at most `MAX_MEMORY_BYTES`. */
  constructor(maxBytes: number) {
    checkMemory(maxBytes);
    this.maxBytes = maxBytes;
    this.#refresh();
  }

  get bytes(): number {
    return this.memory.buffer.byteLength;
  }

  get float32(): Float32Array {
    return this.#float32;
  }

  get int32(): Int32Array {
    return this.#int32;
  }

  get uint8(): Uint8Array {
    return this.#uint8;
  }

  /** Makes at least `bytes` more available and returns how many. Throws when the budget does not allow it. */
  grow(bytes: number): number {
    const pages = this.bytes / PAGE_BYTES;
    const limit = Math.floor(this.maxBytes / PAGE_BYTES);
    const needed = Math.ceil(bytes / PAGE_BYTES);
    if (pages + needed > limit) throw this.#exhausted(bytes, 'the limit is');
    const step = Math.min(limit - pages, Math.max(needed, MIN_STEP_PAGES, pages));
    const added = this.#tryGrow(step) ? step : this.#tryGrow(needed) ? needed : 0;
    if (added === 0) throw this.#exhausted(bytes, 'the system gave no more than');
    this.#refresh();
    return added * PAGE_BYTES;
  }

  #tryGrow(pages: number): boolean {
    try {
      this.memory.grow(pages);
      return true;
    } catch {
      return false;
    }
  }

  #exhausted(bytes: number, why: string): RangeError {
    const ceiling = why === 'the limit is' ? this.maxBytes : this.bytes;
    return new RangeError(
      `tensor-cpu: out of memory: ${mebibytes(bytes)} more needed, ${mebibytes(this.bytes)} in use, ${why} ${mebibytes(ceiling)}. Use a smaller input or fewer samples at once, or raise maxMemoryBytes (up to ${mebibytes(MAX_MEMORY_BYTES)})`,
    );
  }

  #refresh(): void {
    this.#float32 = new Float32Array(this.memory.buffer);
    this.#int32 = new Int32Array(this.memory.buffer);
    this.#uint8 = new Uint8Array(this.memory.buffer);
  }
}

/** Throws for a budget that no memory can have. */
export function checkMemory(maxBytes: number): void {
  if (!(maxBytes >= PAGE_BYTES && maxBytes <= MAX_MEMORY_BYTES)) {
    throw new RangeError(
      `tensor-cpu: maxMemoryBytes must be between ${PAGE_BYTES} and ${MAX_MEMORY_BYTES} (the reach of 32-bit WebAssembly), got ${maxBytes}`,
    );
  }
}

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
