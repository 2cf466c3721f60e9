import type { BoundKernel, TensorDesc, UnaryAttributes } from '@mnnquant/graph';
import { UnaryOpOperation as U } from '@mnnquant/mnn-format';
import type { KernelBinder, KernelContext } from '../context.ts';
import type { UnaryFunction } from '../kernel-exports.ts';
import { live } from '../tensor.ts';
import { allFloat } from './support.ts';

const FUNCTIONS: ReadonlyMap<number, UnaryFunction> = new Map([
  [U.ABS, 'absolute'],
  [U.NEG, 'negate'],
  [U.FLOOR, 'floor'],
  [U.CEIL, 'ceil'],
  [U.SQUARE, 'square'],
  [U.SQRT, 'root'],
  [U.RSQRT, 'inverseRoot'],
  [U.EXP, 'exponential'],
  [U.RECIPROCAL, 'reciprocal'],
  [U.SIGMOID, 'sigmoid'],
  [U.TANH, 'tanh'],
  [U.HARDSWISH, 'hardSwish'],
  [U.GELU, 'gelu'],
  [U.SILU, 'silu'],
  [U.LOG, 'logarithm'],
  [U.ERF, 'errorFunction'],
  [U.GELU_STANDARD, 'geluStandard'],
  [U.EXPM1, 'exponentialMinus1'],
]);

/** y = f(x), with the bits of the reference. Functions that no network spends time in are left to it. */
export const bindUnaryOp: KernelBinder = (context, node, inputs) => {
  const name = FUNCTIONS.get((node.attributes as UnaryAttributes).operation);
  return name && bindFunction(context, name, inputs);
};

/** y = 1 / (1 + e^-x). */
export const bindSigmoid: KernelBinder = (context, _node, inputs) => bindFunction(context, 'sigmoid', inputs);

/** y = tanh(x). */
export const bindTanh: KernelBinder = (context, _node, inputs) => bindFunction(context, 'tanh', inputs);

function bindFunction(
  { wasm }: KernelContext,
  name: UnaryFunction,
  inputs: readonly (TensorDesc | undefined)[],
): BoundKernel | undefined {
  if (!allFloat(inputs)) return undefined;
  const compute = wasm[name];
  return ([x], [y]) => {
    const { address, count } = live(x);
    compute(address, live(y).address, count);
  };
}
