import { elementCount, type ReductionAttributes, reducedAxes } from '@mnnquant/graph';
import { ReductionType } from '@mnnquant/mnn-format';
import type { KernelBinder } from '../context.ts';
import { live } from '../tensor.ts';
import { allFloat } from './support.ts';

/** The numbers of `assembly/reduce.ts`. */
const OPERATIONS: Readonly<Record<number, number>> = {
  [ReductionType.SUM]: 0,
  [ReductionType.MEAN]: 1,
  [ReductionType.MAXIMUM]: 2,
  [ReductionType.MINIMUM]: 3,
};

/** Sum, mean, maximum and minimum of floats over dimensions that lie side by side; all else is left to the reference. */
export const bindReduction: KernelBinder = ({ wasm }, node, inputs) => {
  const { operation, axes } = node.attributes as ReductionAttributes;
  const [x, second] = inputs;
  if (!allFloat([x]) || x === undefined || !(operation in OPERATIONS)) return undefined;
  if (axes === undefined && second !== undefined && second.value === undefined) return undefined;
  const given = axes ?? (second?.value && Array.from(second.value, Number));
  const sorted = [...reducedAxes(given, x.shape.length, node.name)].sort((a, b) => a - b);
  const first = sorted[0] ?? 0;
  if (sorted.some((axis, i) => axis !== first + i)) return undefined;
  const end = first + sorted.length;
  const [outer, count, inner] = [x.shape.slice(0, first), x.shape.slice(first, end), x.shape.slice(end)].map(
    elementCount,
  );
  if (count === 0) return undefined;
  return ([source], [target]) =>
    wasm.reduce(live(source).address, live(target).address, outer, count, inner, OPERATIONS[operation]);
};
