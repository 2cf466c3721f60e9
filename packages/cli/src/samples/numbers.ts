import { allocateData, type DType, type TensorData } from '@mnnquant/graph';

/** Numbers as a file holds them, in C order. */
export type Numbers = ArrayLike<number>;

const RANGES: Readonly<Record<Exclude<DType, 'float32'>, readonly [number, number]>> = {
  int32: [-(2 ** 31), 2 ** 31 - 1],
  int8: [-128, 127],
  uint8: [0, 255],
};

/**
 * Numbers as the element type of an input.
 *
 * @throws {Error} where an integer input gets a number that is not whole or out of its range; the message
 *   begins with what was expected, the caller says where
 */
export function asTensorData(numbers: Numbers, dtype: DType): TensorData {
  const data = allocateData(dtype, numbers.length);
  const range = dtype === 'float32' ? undefined : RANGES[dtype];
  for (let i = 0; i < numbers.length; i++) {
    const value = Number(numbers[i]);
    if (range && !(Number.isInteger(value) && value >= range[0] && value <= range[1]))
      throw new Error(
        `expected whole numbers from ${range[0]} to ${range[1]} (${dtype}), got ${numbers[i]} at position ${i}`,
      );
    data[i] = value;
  }
  return data;
}

/** How many are NaN or infinite; also what float32 cannot hold. */
export function notFinite(data: TensorData): number {
  let count = 0;
  for (let i = 0; i < data.length; i++) if (!Number.isFinite(data[i])) count++;
  return count;
}
