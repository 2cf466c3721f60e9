/** Numbers from -1 to 1 that are the same in every run. */
export function numbers(seed: number): () => number {
  let state = (seed * 2654435761) >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state / 2 ** 32) * 2 - 1;
  };
}

/** Sums of products of rows with a 1 behind: [K + 1, K + 1]. */
export function sumsOf(rows: readonly (readonly number[])[], size: number): Float64Array {
  const sums = new Float64Array((size + 1) ** 2);
  for (const row of rows) {
    const all = [...row, 1];
    for (let i = 0; i <= size; i++)
      for (let j = 0; j <= size; j++)
        sums[i * (size + 1) + j] = sums[i * (size + 1) + j]! + all[i]! * all[j]!;
  }
  return sums;
}
