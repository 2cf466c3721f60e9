/** Threads that share an array's values; each hands one result to the host. */
const MOST_THREADS = 1024;

/** Values a thread looks at before more threads are worth it. */
const LEAST_TURNS = 16;

/** How many threads look at `count` values, and at how many each. */
export function chunksOf(
  count: number,
  mostTurns = Number.POSITIVE_INFINITY,
): { readonly threads: number; readonly turns: number } {
  const few = Math.min(MOST_THREADS, Math.ceil(count / LEAST_TURNS));
  const threads = Math.max(1, few, Math.ceil(count / mostTurns));
  return { threads, turns: Math.ceil(count / threads) };
}
