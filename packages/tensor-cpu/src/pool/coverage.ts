import type { GraphNode, TensorDesc } from '@mnnquant/graph';
import type { KernelContext } from '../context.ts';
import { KERNELS } from '../kernels/table.ts';

/** Whether there is a kernel for a node with these shapes. Nothing is packed and no memory is needed. */
export function hasKernel(
  node: GraphNode,
  inputs: readonly (TensorDesc | undefined)[],
  outputs: readonly TensorDesc[],
): boolean {
  return KERNELS.get(node.definition.name)?.(DRY, node, inputs, outputs) !== undefined;
}

/** Lets a binder decide, and nothing more: what it binds must not run. */
const DRY = {
  wasm: {},
  scratch: { address: 0, reserve: () => {} },
  constants: { floats: () => 0, ownIntegers: () => 0, integers: () => 0 },
} as unknown as KernelContext;
