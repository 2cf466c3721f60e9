import { type Freeable, fewestFreed, rankLayers, type Sensitivity } from '@mnnquant/calibrate';
import { affordable, freeableOps } from './freeable-ops.ts';
import { holds } from './judge.ts';
import type { AutoTarget } from './options.ts';
import type { Found, SearchParts } from './search-parts.ts';
import type { Settings } from './settings.ts';
import type { Trial, Trials } from './trials.ts';

/** Of the time, what all up to the ranking of ops may take: the rest is for freeing them. */
const TIME_UP_TO_RANKING = 4 / 5;

/** By so many samples ops are ranked: each takes a run of its own. */
const RANKED = 8;

/**
 * The fewest ops in float with which the target holds.
 *
 * @param start which misses it
 * @returns nothing `chosen` where none hold
 */
export async function freeOps(
  parts: SearchParts,
  trials: Trials,
  { settings, candidates, prediction }: Trial,
  target: AutoTarget,
): Promise<Partial<Pick<Found, 'chosen'>> & Pick<Found, 'sensitivity'>> {
  const { plan, judge, clock, auto } = parts;
  clock.allow(TIME_UP_TO_RANKING);
  const sensitivity = await ranked(parts, trials, settings, freeableOps(plan, candidates, prediction));
  clock.allow(1);
  const most = prediction.multiplyAdds.int8 * (1 - (auto.minInt8 ?? 0));
  const tried = new Map<string, Trial>();
  const freed = await fewestFreed({
    ranked: affordable(sensitivity, most),
    holds: async (some) => {
      const trial = await trials.try(settings, namesOf(some), judge.count);
      if (trial === undefined) return undefined;
      tried.set(JSON.stringify(namesOf(some)), trial);
      return holds(target, trial.verdict);
    },
  });
  const chosen = freed && tried.get(JSON.stringify(namesOf(freed)));
  return { ...(chosen && { chosen }), sensitivity };
}

/** By their effect on the outputs. Biases are not corrected here: that takes longer than all the rest, and changes the order little. */
async function ranked(
  { bench, clock, auto }: SearchParts,
  trials: Trials,
  settings: Settings,
  ops: readonly Freeable[],
): Promise<Sensitivity[]> {
  const plain = { ...settings, bias_correction: false };
  const judged = async (freed: readonly string[]) => {
    const candidate = await bench.quantize(plain, freed);
    return { ...candidate, error: (await trials.judged(candidate, RANKED)).typical };
  };
  const before = await clock.within(() => judged([]));
  if (before === undefined) return [];
  let done = 0;
  const useless = new Set<string>();
  const inOrder = await rankLayers(ops, before.error, async ({ name }) => {
    auto.onRank?.(done++, ops.length);
    const without = await clock.within(() => judged([name]));
    // An op between scaled tensors runs in int8 whatever the config says.
    if (without?.prediction.ops.some((op) => op.name === name && op.int8)) useless.add(name);
    return without?.error;
  });
  return inOrder.filter(({ name }) => !useless.has(name));
}

const namesOf = (ops: readonly Freeable[]): string[] => ops.map(({ name }) => name);
