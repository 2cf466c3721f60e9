import type { ClipAttributes } from '@mnnquant/graph';
import type { KernelBinder } from '../context.ts';
import { live } from '../tensor.ts';
import { allFloat } from './support.ts';

/** y = min(max(x, min), max). */
export const bindRelu6: KernelBinder = ({ wasm }, node, inputs) => {
  const { min, max } = node.attributes as ClipAttributes;
  if (!allFloat(inputs)) return undefined;
  return ([x], [y]) => {
    const result = live(y);
    wasm.clip(live(x).address, result.address, result.count, min, max);
  };
};
