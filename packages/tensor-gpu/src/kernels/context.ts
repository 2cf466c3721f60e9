import type { GraphNode, TensorDesc } from '@mnnquant/graph';
import type { GpuArray } from '../device/gpu-array.ts';
import type { GpuDevice } from '../device/gpu-device.ts';

/** What kernels work with. */
export interface KernelContext {
  readonly device: GpuDevice;
  readonly constants: Constants;
}

/** Values that belong to a node and are uploaded once: packed weights, tables of positions. */
export interface Constants {
  /**
   * The array of `owner` called `role`, made and uploaded when it is first asked for. It is the table's: not to be
   * released, and not to be kept beyond the run of the kernel that asked for it.
   */
  get(owner: GraphNode, role: string, make: () => Float32Array): Promise<GpuArray>;
}

/**
 * Computes a node: the outputs' arrays, each owned by the caller, from the inputs', which are only lent. A missing input is
 * `undefined`. An output may be an input that was retained.
 */
export type GpuKernel = (inputs: readonly (GpuArray | undefined)[]) => Promise<readonly GpuArray[]>;

/** Chooses a kernel for a node and these shapes, all of them float32 where not said otherwise; `undefined`: there is none. */
export type KernelBinder = (
  context: KernelContext,
  node: GraphNode,
  inputs: readonly (TensorDesc | undefined)[],
  outputs: readonly TensorDesc[],
) => GpuKernel | undefined;
