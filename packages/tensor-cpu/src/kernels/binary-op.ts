import type { BinaryAttributes } from '@mnnquant/graph';
import { BinaryOpOperation } from '@mnnquant/mnn-format';
import type { KernelBinder } from '../context.ts';
import { live } from '../tensor.ts';
import { allFloat, reluBounds, sameShape } from './support.ts';

const FUNCTIONS = {
  [BinaryOpOperation.ADD]: 'add',
  [BinaryOpOperation.SUB]: 'subtract',
  [BinaryOpOperation.MUL]: 'multiply',
} as const satisfies Readonly<Record<number, 'add' | 'subtract' | 'multiply'>>;

/** y = a op b for tensors of one shape. Broadcasting and the other operations are left to the reference. */
export const bindBinaryOp: KernelBinder = ({ wasm }, node, inputs, outputs) => {
  const { operation, relu } = node.attributes as BinaryAttributes;
  const name = (FUNCTIONS as Readonly<Record<number, 'add' | 'subtract' | 'multiply'>>)[operation];
  if (name === undefined || !allFloat(inputs) || !allFloat(outputs)) return undefined;
  if (!sameShape(inputs[0].shape, inputs[1].shape)) return undefined;
  const [lo, hi] = reluBounds(relu);
  const compute = wasm[name];
  return ([a, b], [y]) => {
    const result = live(y);
    compute(live(a).address, live(b).address, result.address, result.count, lo, hi);
  };
};
