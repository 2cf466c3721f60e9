/** Whole numbers, from 0, in the narrowest type that holds them; float64 above 32 bits. */
export type NumberArray = Uint8Array | Uint16Array | Uint32Array | Float64Array;

/** The same numbers in the narrowest type. They must be whole, from 0 to 2^53. */
export function narrowest(numbers: ArrayLike<number> & Iterable<number>): NumberArray {
  let most = 0;
  for (let i = 0; i < numbers.length; i++) if ((numbers[i] as number) > most) most = numbers[i] as number;
  if (most < 2 ** 8) return Uint8Array.from(numbers);
  if (most < 2 ** 16) return Uint16Array.from(numbers);
  return most < 2 ** 32 ? Uint32Array.from(numbers) : Float64Array.from(numbers);
}

/** Whether all are whole numbers from 0 to 2^53, which only float64 can fail to hold. */
export function areCounts(numbers: NumberArray): boolean {
  return !(numbers instanceof Float64Array) || numbers.every((x) => Number.isSafeInteger(x) && x >= 0);
}

export function total(numbers: NumberArray): number {
  let sum = 0;
  for (let i = 0; i < numbers.length; i++) sum += numbers[i] as number;
  return sum;
}
