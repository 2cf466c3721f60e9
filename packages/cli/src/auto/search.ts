import {
  coordinateSearch,
  type Freeable,
  fewestFreed,
  rankLayers,
  type Sensitivity,
} from '@mnnquant/calibrate';
import { finite } from '../finite.ts';
import type { Job, Warn } from '../job/prepare.ts';
import type { RunOptions } from '../job/run.ts';
import type { ChosenConfig } from '../job/steps.ts';
import type { OpenedSamples } from '../samples/opened.ts';
import { SearchClock } from './clock.ts';
import { affordable, freeableOps } from './freeable-ops.ts';
import { holds, Judge, KEPT_SHARE, type Verdict } from './judge.ts';
import { judgingWarnings } from './judging-warnings.ts';
import { losesLess } from './loses-less.ts';
import type { AutoOptions, AutoTarget } from './options.ts';
import type { AutoOutcome, AutoSensitivity, AutoTrial } from './outcome.ts';
import { axesOf, firstSettings, type Settings } from './settings.ts';
import { divided } from './some-samples.ts';
import { type Candidate, Workbench } from './workbench.ts';

export interface Searched {
  /** The job's, with everything chosen. */
  readonly config: ChosenConfig;
  readonly outcome: AutoOutcome;
}

/** Settings are compared by at most so many samples; whether a target holds is judged by all. */
const COMPARED = 32;

/** Of the time, what settings and the ranking of ops may take where a target may need ops in float: the rest is for freeing them. */
const TIME_FOR_SETTINGS = 1 / 2;
const TIME_UP_TO_RANKING = 4 / 5;

/** By so many samples ops are ranked: each takes a run of its own. */
const RANKED = 8;

/**
 * Finds settings with which the int8 network's outputs are nearest to the float network's, as MNN's runtime would compute them; and, where
 * a target does not hold with them, the ops that are to stay float.
 *
 * Without a bound in time the same samples give the same result on every machine, with any number of threads.
 *
 * @param options `memoryBytes` for activations
 */
export async function searchSettings(
  job: Job,
  samples: OpenedSamples,
  options: RunOptions,
): Promise<Searched> {
  const search = new Search(job, samples, options);
  return search.run();
}

class Search {
  readonly #job: Job;
  readonly #auto: AutoOptions;
  readonly #clock: SearchClock;
  readonly #bench: Workbench;
  readonly #judge: Judge;
  readonly #data: AutoOutcome['judged'];
  readonly #labels: string | undefined;
  readonly #trials = new Map<string, Trial>();
  #sensitivity: readonly Sensitivity[] = [];
  readonly #warn: Warn;
  #judgings = 0;

  constructor(job: Job, samples: OpenedSamples, options: RunOptions) {
    const { backend, strict, memoryBytes, onProgress, auto = { given: [] } } = options;
    this.#job = job;
    this.#auto = auto;
    this.#clock = new SearchClock(auto.timeMs);
    const { judging: own } = auto;
    const parts = own ? { calibrating: samples, judging: own.samples, apart: true } : divided(samples);
    this.#data = {
      folder: own?.folder ?? job.config.path,
      samples: parts.judging.count,
      own: parts.apart,
      setAside: own === undefined && parts.apart,
    };
    const labels = auto.labelsFor?.(parts.judging);
    this.#labels = labels?.file;
    this.#warn = options.warn;
    this.#warn(judgingWarnings(parts, auto, labels));
    const common = { backend, strict };
    this.#bench = new Workbench(job, parts.calibrating, {
      ...common,
      memoryBytes: memoryBytes * (1 - KEPT_SHARE),
      onProgress: (phase, done, total) => {
        onProgress?.(phase, done, total);
        this.#clock.check();
      },
    });
    this.#judge = new Judge(job, parts.judging, {
      ...common,
      memoryBytes,
      ...(labels && { labels }),
      onProgress: (done, total) => {
        onProgress?.('judge', done, total);
        this.#clock.check();
      },
    });
  }

  async run(): Promise<Searched> {
    const { target } = this.#auto;
    if (target) this.#clock.allow(TIME_FOR_SETTINGS);
    const settings = await this.#bestSettings();
    this.#clock.allow(1);
    if (target === undefined) return this.#finish((await this.#try(settings, [], COMPARED))!, true);
    // Without the time to judge by all samples, what is known by some has to do.
    const whole =
      (await this.#try(settings, [], this.#judge.count)) ?? (await this.#try(settings, [], COMPARED))!;
    if (holds(target, whole.verdict)) return this.#finish(whole, true);
    const found = (await this.#otherThatHolds(target)) ?? (await this.#free(this.#nearest(), target));
    return found ? this.#finish(found, true) : this.#finish(this.#nearest(), false);
  }

  #bestSettings(): Promise<Settings> {
    const { given } = this.#auto;
    return coordinateSearch<Settings, Verdict>({
      start: firstSettings(this.#job.config, given),
      axes: axesOf(given),
      isBetter: (one, than) => losesLess(one.logErrors, than.logErrors),
      judge: async (settings) => {
        const trial = await this.#try(settings, [], COMPARED);
        // From now on there is a result.
        this.#clock.start();
        return trial?.verdict;
      },
    });
  }

  /** @returns `undefined` where there is no time */
  async #try(settings: Settings, freed: readonly string[], most: number): Promise<Trial | undefined> {
    const samples = Math.min(most, this.#judge.count);
    const key = JSON.stringify([settings, freed, samples]);
    const known = this.#trials.get(key);
    if (known !== undefined) return known;
    const trial = await this.#clock.within(async () => {
      const candidate = await this.#bench.quantize(settings, freed);
      const verdict = await this.#judged(candidate, samples);
      // Without the model itself: there are many trials.
      const { prediction, candidates } = candidate;
      return { settings, freed, prediction, candidates, verdict };
    });
    if (trial === undefined) return undefined;
    this.#trials.set(key, trial);
    this.#auto.onTrial?.(toldTrial(trial, false));
    return trial;
  }

  async #judged({ written }: Candidate, most: number): Promise<Verdict> {
    this.#judgings++;
    const verdict = await this.#judge.judge(written, most);
    if (this.#judgings === 1) this.#warn(verdict.warnings);
    return verdict;
  }

  /** Of the settings that seemed to reach the target with everything in int8, the best that does. */
  async #otherThatHolds(target: AutoTarget): Promise<Trial | undefined> {
    const promising = [...this.#trials.values()]
      .filter(({ verdict }) => holds(target, verdict))
      .sort((a, b) => a.verdict.typical - b.verdict.typical);
    for (const { settings } of promising) {
      const trial = await this.#try(settings, [], this.#judge.count);
      if (trial === undefined) return undefined;
      if (holds(target, trial.verdict)) return trial;
    }
    return undefined;
  }

  /** The fewest ops in float with which the target holds. */
  async #free({ settings, candidates, prediction }: Trial, target: AutoTarget): Promise<Trial | undefined> {
    const ops = freeableOps(this.#job.plan, candidates, prediction);
    this.#clock.allow(TIME_UP_TO_RANKING);
    this.#sensitivity = await this.#ranked(settings, ops);
    this.#clock.allow(1);
    const most = prediction.multiplyAdds.int8 * (1 - (this.#auto.minInt8 ?? 0));
    const tried = new Map<string, Trial>();
    const freed = await fewestFreed({
      ranked: affordable(this.#sensitivity, most),
      holds: async (some) => {
        const trial = await this.#try(settings, namesOf(some), this.#judge.count);
        if (trial === undefined) return undefined;
        tried.set(JSON.stringify(namesOf(some)), trial);
        return holds(target, trial.verdict);
      },
    });
    return freed && tried.get(JSON.stringify(namesOf(freed)));
  }

  /** By their effect on the outputs. Biases are not corrected here: that takes longer than all the rest, and changes the order little. */
  async #ranked(settings: Settings, ops: readonly Freeable[]): Promise<Sensitivity[]> {
    const plain = { ...settings, bias_correction: false };
    const judged = async (freed: readonly string[]) => {
      const candidate = await this.#bench.quantize(plain, freed);
      return { ...candidate, error: (await this.#judged(candidate, RANKED)).typical };
    };
    const before = await this.#clock.within(() => judged([]));
    if (before === undefined) return [];
    let done = 0;
    const useless = new Set<string>();
    const ranked = await rankLayers(ops, before.error, async ({ name }) => {
      this.#auto.onRank?.(done++, ops.length);
      const without = await this.#clock.within(() => judged([name]));
      // An op between scaled tensors runs in int8 whatever the config says.
      if (without?.prediction.ops.some((op) => op.name === name && op.int8)) useless.add(name);
      return without?.error;
    });
    return ranked.filter(({ name }) => !useless.has(name));
  }

  /** What misses the target least, of what was judged by most samples. */
  #nearest(): Trial {
    const { target } = this.#auto;
    const all = [...this.#trials.values()];
    const most = Math.max(...all.map(({ verdict }) => verdict.samples));
    return all
      .filter(({ verdict }) => verdict.samples === most)
      .reduce((best, one) => (shortfall(one, target) < shortfall(best, target) ? one : best));
  }

  #finish(chosen: Trial, reached: boolean): Searched {
    const { settings } = chosen;
    const { target } = this.#auto;
    const accuracy = chosen.verdict.accuracy?.a.top1;
    return {
      config: this.#bench.configOf(settings, chosen.freed),
      outcome: {
        ...(target && { target }),
        reached,
        judged: this.#data,
        ...(this.#labels !== undefined && { labels: this.#labels }),
        ...(accuracy !== undefined && { accuracy }),
        runs: this.#bench.runs + this.#judgings,
        seconds: this.#clock.seconds,
        ...(this.#clock.stopped && { stopped: 'time' as const }),
        trials: [...this.#trials.values()].map((trial) => toldTrial(trial, trial === chosen)),
        sensitivity: this.#sensitivity.map(toldSensitivity),
        chosen: { ...settings, skip_quant_op_names: chosen.freed },
      },
    };
  }
}

/** A candidate that was judged. */
interface Trial extends Pick<Candidate, 'prediction' | 'candidates'> {
  readonly settings: Settings;
  readonly freed: readonly string[];
  readonly verdict: Verdict;
}

const namesOf = (ops: readonly Freeable[]): string[] => ops.map(({ name }) => name);

function toldTrial({ settings, freed, prediction, verdict }: Trial, chosen: boolean): AutoTrial {
  const { accuracy, outputs, error, typical, samples } = verdict;
  return {
    settings,
    freed,
    multiplyAdds: prediction.multiplyAdds,
    outputs: outputs.map(({ name, cosine }) => ({ name, cosine })),
    error: finite(error),
    typical: finite(typical),
    ...(accuracy && { top1: accuracy.b.top1, floatTop1: accuracy.a.top1 }),
    samples,
    chosen,
  };
}

function toldSensitivity({ name, multiplyAdds, cost, before, after }: Sensitivity): AutoSensitivity {
  return { op: name, multiplyAdds, cost, before: finite(1 - before), after: finite(1 - after) };
}

/** By how much a target is missed; the error of the outputs decides between equals. */
function shortfall({ verdict }: Trial, target: AutoTarget = {}): number {
  const { maxDrop } = target;
  const { accuracy, error } = verdict;
  const drop =
    maxDrop === undefined || !accuracy ? 0 : Math.max(0, accuracy.a.top1 - accuracy.b.top1 - maxDrop / 100);
  return drop * 1e6 + error;
}
