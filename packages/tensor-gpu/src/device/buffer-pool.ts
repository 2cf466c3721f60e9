/** What buffers are for: kernels read and write them, and both ways between host and device go through them. */
const USAGE = 0x80 | 0x04 | 0x08; // STORAGE, COPY_SRC, COPY_DST

/** Smaller buffers are made this large. */
const LEAST_BYTES = 256;

/**
 * Device buffers that are used again: a new one costs a call to the driver and is filled with zeros before its first use.
 */
export class BufferPool {
  readonly #device: GPUDevice;
  /** Free buffers by their size. */
  readonly #free = new Map<number, GPUBuffer[]>();
  readonly #all = new Set<GPUBuffer>();
  readonly #maxBytes: number;
  readonly #maxSpareBytes: number;
  #usedBytes = 0;
  #spareBytes = 0;

  /**
   * @param maxBytes of one buffer
   * @param maxSpareBytes of all free buffers: beyond it they are destroyed
   */
  constructor(device: GPUDevice, maxBytes: number, maxSpareBytes: number) {
    this.#device = device;
    this.#maxBytes = maxBytes;
    this.#maxSpareBytes = maxSpareBytes;
  }

  get memoryUse(): { readonly used: number; readonly spare: number } {
    return { used: this.#usedBytes, spare: this.#spareBytes };
  }

  /** A buffer of at least `bytes`; its content is undefined. */
  take(bytes: number): GPUBuffer {
    if (bytes > this.#maxBytes)
      throw new RangeError(
        `tensor-gpu: an array of ${bytes} bytes was asked for, but one buffer of this device holds at most ${this.#maxBytes}`,
      );
    const size = Math.min(this.#maxBytes, sizeClass(bytes));
    const spare = this.#free.get(size)?.pop();
    const buffer = spare ?? this.#device.createBuffer({ size, usage: USAGE });
    if (spare === undefined) this.#all.add(buffer);
    else this.#spareBytes -= size;
    this.#usedBytes += size;
    return buffer;
  }

  /** One that was destroyed with all others is passed over: its owner may learn of that later. */
  give(buffer: GPUBuffer): void {
    if (!this.#all.has(buffer)) return;
    const { size } = buffer;
    this.#usedBytes -= size;
    if (this.#spareBytes + size > this.#maxSpareBytes) {
      this.#all.delete(buffer);
      buffer.destroy();
      return;
    }
    const free = this.#free.get(size);
    if (free === undefined) this.#free.set(size, [buffer]);
    else free.push(buffer);
    this.#spareBytes += size;
  }

  destroy(): void {
    for (const buffer of this.#all) buffer.destroy();
    this.#all.clear();
    this.#free.clear();
    this.#usedBytes = 0;
    this.#spareBytes = 0;
  }
}

/** Four sizes per power of two: at most a fifth is unused, and most buffers fit the next layer too. */
function sizeClass(bytes: number): number {
  if (bytes <= LEAST_BYTES) return LEAST_BYTES;
  const step = 2 ** (Math.ceil(Math.log2(bytes)) - 3);
  return Math.max(LEAST_BYTES, Math.ceil(bytes / step) * step);
}
