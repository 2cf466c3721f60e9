import { GraphError, UnknownValueError } from '../../op.ts';
import type { HostTensor, TensorDesc } from '../../tensor.ts';

/** Input `index`, which must be wired. */
export function required<T extends TensorDesc | HostTensor>(
  inputs: readonly (T | undefined)[],
  index: number,
  where: string,
): T {
  const input = inputs[index];
  if (input === undefined) throw new GraphError(`${where}: expected input ${index}, got none`);
  return input;
}

/** The whole numbers in an input that must be known before anything runs (sizes, axes, slices). */
export function knownIntegers(
  inputs: readonly (TensorDesc | undefined)[],
  index: number,
  where: string,
): number[] {
  const { value } = required(inputs, index, where);
  if (value === undefined) throw new UnknownValueError(where, [index]);
  return Array.from(value, Number);
}

/** The inputs with their content, which an output's shape depends on. */
export function knownContents(
  inputs: readonly (TensorDesc | undefined)[],
  where: string,
): (HostTensor | undefined)[] {
  const unknown = [...inputs.keys()].filter((i) => inputs[i] !== undefined && inputs[i].value === undefined);
  if (unknown.length > 0) throw new UnknownValueError(where, unknown);
  return inputs.map((input) => input && { ...input, data: input.value! });
}

/** The numbers of an input when it is wired, else the fallback. */
export function optionalIntegers(
  inputs: readonly (TensorDesc | undefined)[],
  index: number,
  fallback: readonly number[] | undefined,
  where: string,
): readonly number[] | undefined {
  return inputs[index] === undefined ? fallback : knownIntegers(inputs, index, where);
}

/** An axis counted from the front; negative ones count from the end. */
export function normalizeAxis(axis: number, rank: number, where: string): number {
  const normalized = axis < 0 ? axis + rank : axis;
  if (normalized < 0 || normalized >= Math.max(rank, 1)) {
    throw new GraphError(`${where}: expected an axis in -${rank}..${rank - 1}, got ${axis}`);
  }
  return normalized;
}
