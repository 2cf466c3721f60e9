import { finite } from '../finite.ts';
import type { Warn } from '../job/prepare.ts';
import type { SearchClock } from './clock.ts';
import type { Judge, Verdict } from './judge.ts';
import type { AutoTrial } from './outcome.ts';
import type { Settings } from './settings.ts';
import type { Candidate, Workbench } from './workbench.ts';

/** What makes candidates. */
export type Bench = Pick<Workbench, 'quantize' | 'configOf' | 'runs'>;

/** What judges them. */
export type CandidateJudge = Pick<Judge, 'count' | 'judge'>;

/** A candidate that was judged, without the model itself: there are many. */
export interface Trial extends Pick<Candidate, 'prediction' | 'candidates'> {
  readonly settings: Settings;
  readonly freed: readonly string[];
  readonly verdict: Verdict;
}

export interface TrialParts {
  readonly bench: Bench;
  readonly judge: CandidateJudge;
  readonly clock: SearchClock;
  readonly warn: Warn;
  readonly onTrial?: ((trial: AutoTrial) => void) | undefined;
}

/** Tries what a search asks for, each only once. */
export class Trials {
  readonly #parts: TrialParts;
  readonly #known = new Map<string, Trial>();
  /** How often a candidate was judged. */
  judgings = 0;

  constructor(parts: TrialParts) {
    this.#parts = parts;
  }

  /** In their order. */
  get all(): readonly Trial[] {
    return [...this.#known.values()];
  }

  /**
   * @param most judge by at most so many samples
   * @returns `undefined` where there is no time
   */
  async try(settings: Settings, freed: readonly string[], most: number): Promise<Trial | undefined> {
    const { bench, judge, clock, onTrial } = this.#parts;
    const samples = Math.min(most, judge.count);
    const key = JSON.stringify([settings, freed, samples]);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const trial = await clock.within(async () => {
      const candidate = await bench.quantize(settings, freed);
      const verdict = await this.judged(candidate, samples);
      const { prediction, candidates } = candidate;
      return { settings, freed, prediction, candidates, verdict };
    });
    if (trial === undefined) return undefined;
    this.#known.set(key, trial);
    onTrial?.(toldTrial(trial, false));
    return trial;
  }

  /** The verdict on a candidate that is no trial of its own, or not yet. */
  async judged({ written }: Candidate, most: number): Promise<Verdict> {
    const { judge, warn } = this.#parts;
    this.judgings++;
    const verdict = await judge.judge(written, most);
    if (this.judgings === 1) warn(verdict.warnings);
    return verdict;
  }
}

/** A trial for those who read of it. */
export function toldTrial({ settings, freed, prediction, verdict }: Trial, chosen: boolean): AutoTrial {
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
