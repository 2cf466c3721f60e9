import { elementCount, type GraphInput, type TensorData } from '@mnnquant/graph';
import type { Config } from '../config/schema.ts';
import { messageOf, UsageError } from '../errors.ts';
import { didYouMean } from './input-names.ts';
import { asTensorData } from './numbers.ts';

export type InputEntry = Config['inputs'][number];

/**
 * The entries of the key `inputs` by name.
 *
 * @throws {UsageError} where one names no input of the model
 */
export function inputEntries(inputs: readonly GraphInput[], config: Config): Map<string, InputEntry> {
  const names = inputs.map(({ name }) => name);
  for (const { name } of config.inputs) {
    if (!names.includes(name))
      throw new UsageError(
        `inputs: no input is called "${name}"${didYouMean(name, names) || `; the model has ${names.join(', ')}`}`,
      );
  }
  return new Map(config.inputs.map((entry) => [entry.name, entry]));
}

/**
 * The constant content of an input: one number everywhere, or as many as it has elements.
 *
 * @throws {UsageError} with expected and got
 */
export function constantInput(
  { name, desc }: GraphInput,
  shape: readonly number[],
  value: number | readonly number[],
): TensorData {
  const count = elementCount(shape);
  const numbers = typeof value === 'number' ? new Float64Array(count).fill(value) : value;
  if (numbers.length !== count)
    throw new UsageError(
      `inputs: ${name}: value: expected 1 number or ${count} for [${shape}], got ${numbers.length}`,
    );
  try {
    return asTensorData(numbers, desc.dtype);
  } catch (error) {
    throw new UsageError(`inputs: ${name}: value: ${messageOf(error)}`, { cause: error });
  }
}
