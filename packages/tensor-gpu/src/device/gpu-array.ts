/**
 * float32 values on a device. Never changed after it was computed, so that it can be shared: it lives until everybody who
 * retained it has released it.
 */
export class GpuArray {
  /** Number of values. */
  readonly count: number;
  /** What the device knows it by. */
  readonly storage: unknown;
  readonly #free: (storage: unknown) => void;
  #owners = 1;

  constructor(count: number, storage: unknown, free: (storage: unknown) => void) {
    this.count = count;
    this.storage = storage;
    this.#free = free;
  }

  retain(): GpuArray {
    if (this.#owners === 0) throw new Error('tensor-gpu: an array was used after it was released');
    this.#owners++;
    return this;
  }

  release(): void {
    if (this.#owners === 0) throw new Error('tensor-gpu: an array was released twice');
    if (--this.#owners === 0) this.#free(this.storage);
  }
}

/** Sizes along x, y and z, x lying side by side in memory; or only one. */
export type Extents = readonly [number, number, number] | readonly [number];

/** An array as a program reads it. */
export interface ArrayView {
  readonly array: GpuArray;
  readonly extents: Extents;
}

/** An array read as `x[z][y][x]`. */
export function view(array: GpuArray, x: number, y = 1, z = 1): ArrayView {
  return { array, extents: [x, y, z] };
}

/** An array read as `x[i]`. */
export function flat(array: GpuArray): ArrayView {
  return { array, extents: [array.count] };
}
