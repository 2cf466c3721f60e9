import type { BoundKernel } from '@mnnquant/graph';
import type { KernelBinder } from '../context.ts';
import type { KernelExports } from '../kernel-exports.ts';
import { ELEMENT_BYTES, live } from '../tensor.ts';

/** Copies the first input's elements, of any type, to the output. */
export function copyTensor(wasm: KernelExports): BoundKernel {
  return ([x], [y]) => {
    const { address, count, dtype } = live(x);
    const bytes = count * ELEMENT_BYTES[dtype];
    wasm.copyRows(address, live(y).address, 1, bytes, bytes, bytes);
  };
}

/** y has the elements of x in the same order, under another shape: Flatten, Squeeze, Unsqueeze, Identity. */
export const bindCopy: KernelBinder = ({ wasm }) => copyTensor(wasm);

/** As above, except where an NC4HW4 tensor's elements are taken in the order of NHWC. */
export const bindReshape: KernelBinder = ({ wasm }, node, [x]) => {
  const { elementOrder } = node.attributes as { readonly elementOrder: string };
  return x?.layout === 'NC4HW4' && elementOrder === 'NHWC' ? undefined : copyTensor(wasm);
};
