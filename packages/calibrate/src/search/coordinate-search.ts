/** One thing that can be chosen. */
export interface Axis<S> {
  readonly name: string;
  /** The same settings with each other value of this axis, the likeliest to help first. */
  others(settings: S): readonly S[];
}

export interface CoordinateSearch<S, J> {
  readonly start: S;
  /** In the order in which they are gone through. */
  readonly axes: readonly Axis<S>[];
  /** What settings are worth; `undefined` where there is no time left, which ends the search. */
  judge(settings: S): Promise<J | undefined>;
  /** Whether one is so much better than the best before that it takes its place; never both ways. */
  isBetter(one: J, than: J): boolean;
}

/** More rounds than this find next to nothing. */
const MOST_ROUNDS = 3;

/**
 * Goes through the axes one after the other and keeps of each the best value, until a whole round changes nothing (coordinate descent).
 * Settings are tried once, whatever way leads to them.
 *
 * @returns the best settings of those that were tried; `start` where nothing was
 */
export async function coordinateSearch<S, J>(search: CoordinateSearch<S, J>): Promise<S> {
  const { start, axes, isBetter } = search;
  const tried = new Map<string, J>();
  const judged = async (settings: S): Promise<J | undefined> => {
    const key = JSON.stringify(settings);
    const known = tried.get(key) ?? (await search.judge(settings));
    if (known !== undefined) tried.set(key, known);
    return known;
  };
  let best = start;
  let bestJudged = await judged(start);
  for (let round = 0; round < MOST_ROUNDS && bestJudged !== undefined; round++) {
    const before = best;
    for (const axis of axes)
      for (const settings of axis.others(best)) {
        const one = await judged(settings);
        if (one === undefined) return best;
        if (!isBetter(one, bestJudged)) continue;
        best = settings;
        bestJudged = one;
      }
    if (best === before) break;
  }
  return best;
}
