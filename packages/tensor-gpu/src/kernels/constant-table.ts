import type { GraphNode } from '@mnnquant/graph';
import type { GpuArray } from '../device/gpu-array.ts';
import type { GpuDevice } from '../device/gpu-device.ts';
import type { Constants } from './context.ts';

/** Uploaded constants by node and role. */
export class ConstantTable implements Constants {
  readonly #device: GpuDevice;
  readonly #arrays = new Map<GraphNode, Map<string, Promise<GpuArray>>>();

  constructor(device: GpuDevice) {
    this.#device = device;
  }

  get(owner: GraphNode, role: string, make: () => Float32Array): Promise<GpuArray> {
    const own = this.#arrays.get(owner) ?? new Map<string, Promise<GpuArray>>();
    this.#arrays.set(owner, own);
    const known = own.get(role);
    if (known !== undefined) return known;
    const uploaded = this.#device.upload(make());
    own.set(role, uploaded);
    return uploaded;
  }
}
