import type { Freeable } from './rank-layers.ts';

export interface FewestFreed {
  /** Ops in the order in which they are to be freed. */
  readonly ranked: readonly Freeable[];
  /** Whether the target holds with these ops in float; `undefined` where there is no time left. */
  holds(freed: readonly Freeable[]): Promise<boolean | undefined>;
}

/** As many ops are tried to be put back at most, those with the most multiply-adds first. */
const MOST_PUT_BACK = 16;

/**
 * Leaves as little in float as the target allows: the shortest beginning of the ranking that holds, found by doubling and halving; then
 * each op that the target does not need is put back to int8, the one with the most multiply-adds first.
 *
 * @returns `undefined` where the target does not hold with anything that was tried
 */
export async function fewestFreed({ ranked, holds }: FewestFreed): Promise<readonly Freeable[] | undefined> {
  const count = await shortest(ranked, holds);
  if (count === undefined) return undefined;
  let freed = ranked.slice(0, count);
  const byCost = [...freed].sort((a, b) => b.multiplyAdds - a.multiplyAdds).slice(0, MOST_PUT_BACK);
  for (const op of byCost) {
    // Without the last one it was tried already.
    if (op === freed.at(-1) && freed.length === count) continue;
    const fewer = freed.filter((one) => one !== op);
    const held = await holds(fewer);
    if (held === undefined) break;
    if (held) freed = fewer;
  }
  return freed;
}

/** The least length of a beginning that holds, as far as longer ones hold where shorter do. */
async function shortest(
  ranked: readonly Freeable[],
  holds: FewestFreed['holds'],
): Promise<number | undefined> {
  let [fails, length] = [0, Math.min(1, ranked.length)];
  for (; length > 0; length = Math.min(2 * length, ranked.length)) {
    const held = await holds(ranked.slice(0, length));
    if (held) break;
    if (held === undefined || length === ranked.length) return undefined;
    fails = length;
  }
  if (length === 0) return undefined;
  while (length - fails > 1) {
    const middle = (fails + length) >> 1;
    const held = await holds(ranked.slice(0, middle));
    if (held === undefined) break;
    if (held) length = middle;
    else fails = middle;
  }
  return length;
}
