/** One thing that can be chosen. */
export interface Axis<S> {
  readonly name: string;
  /** The same settings with each other value of this axis, the likeliest to help first. */
  others(settings: S): readonly S[];
}

export interface CoordinateSearch<S> {
  readonly start: S;
  /** In the order in which they are gone through. */
  readonly axes: readonly Axis<S>[];
  /**
   * How far settings are from what is wanted, 0 or more; NaN counts as the worst. `undefined` where there is no time left, which ends
   * the search.
   */
  errorOf(settings: S): Promise<number | undefined>;
  /** The share by which an error has to go down for settings to be taken: smaller gains are chance. */
  readonly leastGain: number;
}

/** More rounds than this find next to nothing. */
const MOST_ROUNDS = 3;

/**
 * Goes through the axes one after the other and keeps of each the value with the least error, until a whole round changes nothing
 * (coordinate descent). Settings are tried once, whatever way leads to them.
 *
 * @returns the best settings of those that were tried; `start` where nothing was
 */
export async function coordinateSearch<S>(search: CoordinateSearch<S>): Promise<S> {
  const { start, axes, leastGain } = search;
  const tried = new Map<string, number>();
  const errorOf = async (settings: S): Promise<number | undefined> => {
    const key = JSON.stringify(settings);
    const error = tried.get(key) ?? (await search.errorOf(settings));
    if (error !== undefined) tried.set(key, Number.isNaN(error) ? Number.POSITIVE_INFINITY : error);
    return tried.get(key);
  };
  let best = start;
  let least = await errorOf(start);
  for (let round = 0; round < MOST_ROUNDS && least !== undefined; round++) {
    const before = best;
    for (const axis of axes)
      for (const settings of axis.others(best)) {
        const error = await errorOf(settings);
        if (error === undefined) return best;
        if (!(error < least * (1 - leastGain))) continue;
        best = settings;
        least = error;
      }
    if (best === before) break;
  }
  return best;
}
