import type { BinaryAttributes } from '@mnnquant/graph';
import { BinaryOpOperation } from '@mnnquant/mnn-format';
import type { KernelBinder } from '../context.ts';
import { live } from '../tensor.ts';
import { type Arithmetic, bindBroadcast } from './binary-broadcast.ts';
import { allFloat, reluBounds, sameShape } from './support.ts';

const FUNCTIONS: ReadonlyMap<number, Arithmetic> = new Map([
  [BinaryOpOperation.ADD, 'add'],
  [BinaryOpOperation.SUB, 'subtract'],
  [BinaryOpOperation.MUL, 'multiply'],
]);

/**
 * y = a op b for tensors of one shape, or where one varies along a single axis. Other shapes and operations are
 * left to the reference.
 */
export const bindBinaryOp: KernelBinder = (context, node, inputs, outputs) => {
  const { operation, relu } = node.attributes as BinaryAttributes;
  const name = FUNCTIONS.get(operation);
  if (name === undefined || !allFloat(inputs) || !allFloat(outputs)) return undefined;
  const bounds = reluBounds(relu);
  if (!sameShape(inputs[0].shape, inputs[1].shape)) {
    return bindBroadcast(context, name, inputs, outputs[0], bounds);
  }
  const [lo, hi] = bounds;
  const compute = context.wasm[name];
  return ([a, b], [y]) => {
    const result = live(y);
    compute(live(a).address, live(b).address, result.address, result.count, lo, hi);
  };
};
