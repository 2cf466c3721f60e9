import type { ReluAttributes } from '@mnnquant/graph';
import type { KernelBinder } from '../context.ts';
import { live } from '../tensor.ts';
import { allFloat } from './support.ts';

/** y = x for x >= 0, else slope * x. */
export const bindRelu: KernelBinder = ({ wasm, constants }, node, inputs) => {
  const { slope } = node.attributes as ReluAttributes;
  if (!allFloat(inputs)) return undefined;
  if (slope === 0) {
    return ([x], [y]) => {
      const result = live(y);
      wasm.clip(live(x).address, result.address, result.count, 0, Number.POSITIVE_INFINITY);
    };
  }
  const slopes = constants.floats(node, 'slope', () => Float32Array.of(slope));
  return ([x], [y]) => {
    const result = live(y);
    wasm.leaky(live(x).address, result.address, slopes, 1, 1, result.count);
  };
};
