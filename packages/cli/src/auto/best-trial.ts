import { coordinateSearch } from '@mnnquant/calibrate';
import { freeOps } from './free-ops.ts';
import { holds, type Verdict } from './judge.ts';
import { losesLess } from './loses-less.ts';
import { nearest } from './nearest.ts';
import type { AutoTarget } from './options.ts';
import type { Found, SearchParts } from './search-parts.ts';
import { axesOf, firstSettings, type Settings } from './settings.ts';
import type { Trial, Trials } from './trials.ts';

/** Settings are compared by at most so many samples; whether a target holds is judged by all. */
const COMPARED = 32;

/** Of the time, what settings may take where a target may need ops in float. */
const TIME_FOR_SETTINGS = 1 / 2;

/** The settings that lose least, and for a target that they miss other settings or ops in float. */
export async function bestTrial(parts: SearchParts, trials: Trials): Promise<Found> {
  const { auto, judge, clock } = parts;
  const { target } = auto;
  if (target) clock.allow(TIME_FOR_SETTINGS);
  const settings = await bestSettings(parts, trials);
  clock.allow(1);
  const reached = (chosen: Trial): Found => ({ chosen, reached: true, sensitivity: [] });
  if (target === undefined) return reached((await trials.try(settings, [], COMPARED))!);
  // Without the time to judge by all samples, what is known by some has to do.
  const whole = (await trials.try(settings, [], judge.count)) ?? (await trials.try(settings, [], COMPARED))!;
  if (holds(target, whole.verdict)) return reached(whole);
  const other = await otherThatHolds(target, trials, judge.count);
  if (other !== undefined) return reached(other);
  const { chosen, sensitivity } = await freeOps(parts, trials, nearest(trials.all, target), target);
  if (chosen !== undefined) return { chosen, reached: true, sensitivity };
  return { chosen: nearest(trials.all, target), reached: false, sensitivity };
}

function bestSettings({ config, auto, clock }: SearchParts, trials: Trials): Promise<Settings> {
  return coordinateSearch<Settings, Verdict>({
    start: firstSettings(config, auto.given),
    axes: axesOf(auto.given),
    isBetter: (one, than) => losesLess(one.logErrors, than.logErrors),
    judge: async (settings) => {
      const trial = await trials.try(settings, [], COMPARED);
      // From now on there is a result.
      clock.start();
      return trial?.verdict;
    },
  });
}

/** Of the settings that seemed to reach the target with everything in int8, the best that does. */
async function otherThatHolds(
  target: AutoTarget,
  trials: Trials,
  samples: number,
): Promise<Trial | undefined> {
  const promising = trials.all
    .filter(({ verdict }) => holds(target, verdict))
    .sort((a, b) => a.verdict.typical - b.verdict.typical);
  for (const { settings } of promising) {
    const trial = await trials.try(settings, [], samples);
    if (trial === undefined) return undefined;
    if (holds(target, trial.verdict)) return trial;
  }
  return undefined;
}
