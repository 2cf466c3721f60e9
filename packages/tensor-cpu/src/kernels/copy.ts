import type { BoundKernel } from '@mnnquant/graph';
import type { KernelBinder } from '../context.ts';
import type { WasmMemory } from '../memory/wasm-memory.ts';
import { ELEMENT_BYTES, live } from '../tensor.ts';

/** Copies the first input's elements, of any type, to the output. */
export function copyTensor(memory: WasmMemory): BoundKernel {
  return ([x], [y]) => {
    const { address, count, dtype } = live(x);
    memory.uint8.copyWithin(live(y).address, address, address + count * ELEMENT_BYTES[dtype]);
  };
}

/** y has the elements of x in the same order, under another shape: Flatten, Squeeze, Unsqueeze, Identity. */
export const bindCopy: KernelBinder = ({ memory }) => copyTensor(memory);

/** As above, except where an NC4HW4 tensor's elements are taken in the order of NHWC. */
export const bindReshape: KernelBinder = ({ memory }, node, [x]) => {
  const { elementOrder } = node.attributes as { readonly elementOrder: string };
  return x?.layout === 'NC4HW4' && elementOrder === 'NHWC' ? undefined : copyTensor(memory);
};
