import type { KernelBinder } from '../context.ts';
import { ELEMENT_BYTES, live } from '../tensor.ts';

/** y has the elements of x in the same order, under another shape: Flatten, Squeeze, Unsqueeze, Identity. */
export const bindCopy: KernelBinder =
  ({ memory }) =>
  ([x], [y]) => {
    const from = live(x);
    memory.uint8.copyWithin(
      live(y).address,
      from.address,
      from.address + from.count * ELEMENT_BYTES[from.dtype],
    );
  };

/** As above, except where an NC4HW4 tensor's elements are taken in the order of NHWC. */
export const bindReshape: KernelBinder = (context, node, inputs, outputs) => {
  const { elementOrder } = node.attributes as { readonly elementOrder: string };
  if (inputs[0]?.layout === 'NC4HW4' && elementOrder === 'NHWC') return undefined;
  return bindCopy(context, node, inputs, outputs);
};
