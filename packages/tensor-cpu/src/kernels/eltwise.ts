import type { EltwiseAttributes } from '@mnnquant/graph';
import { EltwiseType } from '@mnnquant/mnn-format';
import type { KernelBinder } from '../context.ts';
import { live } from '../tensor.ts';
import { COMBINE, rowBox } from './combine.ts';
import { allFloat, NO_CLAMP } from './support.ts';

const OPERATIONS: ReadonlyMap<number, number> = new Map([
  [EltwiseType.SUM, COMBINE.add],
  [EltwiseType.PROD, COMBINE.multiply],
  [EltwiseType.SUB, COMBINE.subtract],
  [EltwiseType.MAXIMUM, COMBINE.maximum],
]);

/** y = a op b op c …, all of one shape, from the left. */
export const bindEltwise: KernelBinder = (context, node, inputs, [output]) => {
  const { operation, copyFirst } = node.attributes as EltwiseAttributes;
  const number = OPERATIONS.get(operation);
  if (number === undefined || copyFirst || !allFloat(inputs) || inputs.length < 2) return undefined;
  const [lo, hi] = NO_CLAMP;
  const box = rowBox(
    context,
    output.shape.reduce((product, extent) => product * extent, 1),
  );
  const { wasm } = context;
  return (tensors, [result]) => {
    const y = live(result).address;
    let joined = live(tensors[0]).address;
    for (let i = 1; i < tensors.length; i++) {
      wasm.combine(number, joined, live(tensors[i]).address, y, box, lo, hi);
      joined = y;
    }
  };
};
