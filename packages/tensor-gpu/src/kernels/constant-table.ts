import type { GraphNode } from '@mnnquant/graph';
import type { GpuArray } from '../device/gpu-array.ts';
import type { GpuDevice } from '../device/gpu-device.ts';
import type { Constants } from './context.ts';

/** Kernels that run before a constant that none of them asked for is let go: hundreds of samples of a large network. */
const MOST_IDLE = 2 ** 16;

interface Entry {
  readonly array: Promise<GpuArray>;
  lastUse: number;
}

/** Uploaded constants by node and role. */
export class ConstantTable implements Constants {
  readonly #device: GpuDevice;
  readonly #mostIdle: number;
  readonly #entries = new Map<GraphNode, Map<string, Entry>>();
  #time = 0;
  #nextSweep: number;

  constructor(device: GpuDevice, mostIdle = MOST_IDLE) {
    this.#device = device;
    this.#mostIdle = mostIdle;
    this.#nextSweep = mostIdle;
  }

  get(owner: GraphNode, role: string, make: () => Float32Array): Promise<GpuArray> {
    const own = this.#entries.get(owner) ?? new Map<string, Entry>();
    this.#entries.set(owner, own);
    const known = own.get(role);
    if (known !== undefined) {
      known.lastUse = this.#time;
      return known.array;
    }
    const array = this.#upload(make());
    own.set(role, { array, lastUse: this.#time });
    // What could not be uploaded now may be later, when there is memory again.
    array.catch(() => own.delete(role));
    return array;
  }

  /**
   * To be called between kernels, none of which is running. Lets go what has not been used for long, as tables for shapes that
   * do not come any more; should they come again, they are made again.
   */
  async prune(): Promise<void> {
    if (++this.#time < this.#nextSweep) return;
    this.#nextSweep = this.#time + this.#mostIdle;
    await this.#release((entry) => this.#time - entry.lastUse >= this.#mostIdle);
  }

  /** To be called as `prune`: lets go what belongs to some nodes. */
  async forget(owners: Iterable<GraphNode>): Promise<void> {
    for (const owner of owners) await this.#releaseOf(owner, () => true);
  }

  /** Lets go everything. */
  async clear(): Promise<void> {
    await this.#release(() => true);
  }

  async #upload(data: Float32Array): Promise<GpuArray> {
    return this.#device.upload(data);
  }

  async #release(isDue: (entry: Entry) => boolean): Promise<void> {
    for (const owner of this.#entries.keys()) await this.#releaseOf(owner, isDue);
  }

  async #releaseOf(owner: GraphNode, isDue: (entry: Entry) => boolean): Promise<void> {
    const own = this.#entries.get(owner);
    if (own === undefined) return;
    for (const [role, entry] of own) {
      if (!isDue(entry)) continue;
      own.delete(role);
      (await entry.array.catch(() => undefined))?.release();
    }
    if (own.size === 0) this.#entries.delete(owner);
  }
}
