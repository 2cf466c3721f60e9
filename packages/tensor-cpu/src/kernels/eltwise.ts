import type { EltwiseAttributes } from '@mnnquant/graph';
import { EltwiseType } from '@mnnquant/mnn-format';
import type { KernelBinder } from '../context.ts';
import { live } from '../tensor.ts';
import { allFloat, NO_CLAMP } from './support.ts';

/** y = a + b + c …, all of one shape, added from the left. The other operations are left to the reference. */
export const bindEltwise: KernelBinder = ({ wasm }, node, inputs) => {
  const { operation, copyFirst } = node.attributes as EltwiseAttributes;
  if (operation !== EltwiseType.SUM || copyFirst || !allFloat(inputs) || inputs.length < 2) return undefined;
  const [lo, hi] = NO_CLAMP;
  return (tensors, [result]) => {
    const y = live(result);
    let sum = live(tensors[0]).address;
    for (let i = 1; i < tensors.length; i++) {
      wasm.add(sum, live(tensors[i]).address, y.address, y.count, lo, hi);
      sum = y.address;
    }
  };
};
