import { elementCount } from '@mnnquant/graph';
import type { KernelBinder } from '../context.ts';
import { ELEMENT_BYTES, live } from '../tensor.ts';

/** condition ? a : b for operands of the result's shape or of one element; other shapes are left to the reference. */
export const bindSelect: KernelBinder = ({ wasm }, _node, inputs, [output]) => {
  const count = elementCount(output.shape);
  const steps = inputs.map((input) => {
    if (input === undefined || ELEMENT_BYTES[input.dtype] !== 4) return -1;
    const own = elementCount(input.shape);
    return own === count ? 1 : own === 1 ? 0 : -1;
  });
  if (steps.length !== 3 || steps.includes(-1) || inputs[0]!.dtype !== 'int32') return undefined;
  const [stepCondition, stepA, stepB] = steps;
  return (sources, [target]) => {
    const [condition, a, b] = sources.map((source) => live(source).address);
    wasm.select(condition, a, b, live(target).address, count, stepCondition, stepA, stepB);
  };
};
