import type { Sensitivity } from '@mnnquant/calibrate';
import { finite } from '../finite.ts';
import type { Job } from '../job/prepare.ts';
import type { RunOptions } from '../job/run.ts';
import type { ChosenConfig } from '../job/steps.ts';
import type { OpenedSamples } from '../samples/opened.ts';
import { bestTrial } from './best-trial.ts';
import { SearchClock } from './clock.ts';
import { Judge, KEPT_SHARE } from './judge.ts';
import { judgingWarnings } from './judging-warnings.ts';
import type { AutoOutcome, AutoSensitivity } from './outcome.ts';
import type { Found, SearchParts } from './search-parts.ts';
import { divided } from './some-samples.ts';
import { Trials, toldTrial } from './trials.ts';
import { Workbench } from './workbench.ts';

export interface Searched {
  /** The job's, with everything chosen. */
  readonly config: ChosenConfig;
  readonly outcome: AutoOutcome;
}

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
  const search = prepareSearch(job, samples, options);
  const { bench, auto } = search;
  const trials = new Trials({ ...search, warn: options.warn, onTrial: auto.onTrial });
  const found = await bestTrial(search, trials);
  const { settings, freed } = found.chosen;
  return { config: bench.configOf(settings, freed), outcome: outcomeOf(search, trials, found) };
}

/** A search that is about to begin. */
export interface PreparedSearch extends SearchParts {
  /** What judges. */
  readonly data: AutoOutcome['judged'];
  /** The labels' file. */
  readonly labels?: string;
}

/** Some samples calibrate, others judge. */
export function prepareSearch(job: Job, samples: OpenedSamples, options: RunOptions): PreparedSearch {
  const { backend, strict, memoryBytes, onProgress, warn, auto = { given: [] } } = options;
  const clock = new SearchClock(auto.timeMs);
  const own = auto.judging;
  const parts = own ? { calibrating: samples, judging: own.samples, apart: true } : divided(samples);
  const labels = auto.labelsFor?.(parts.judging);
  warn(judgingWarnings(parts, auto, labels));
  const common = { backend, strict };
  const bench = new Workbench(job, parts.calibrating, {
    ...common,
    memoryBytes: memoryBytes * (1 - KEPT_SHARE),
    onProgress: (phase, done, total) => {
      onProgress?.(phase, done, total);
      clock.check();
    },
  });
  const judge = new Judge(job, parts.judging, {
    ...common,
    memoryBytes,
    ...(labels && { labels }),
    onProgress: (done, total) => {
      onProgress?.('judge', done, total);
      clock.check();
    },
  });
  const data = {
    folder: own?.folder ?? job.config.path,
    samples: parts.judging.count,
    own: parts.apart,
    setAside: own === undefined && parts.apart,
  };
  const { config, plan } = job;
  return { config, plan, auto, bench, judge, clock, data, ...(labels && { labels: labels.file }) };
}

function outcomeOf(
  { auto: { target }, bench, clock, data, labels }: PreparedSearch,
  trials: Trials,
  { chosen, reached, sensitivity }: Found,
): AutoOutcome {
  const accuracy = chosen.verdict.accuracy?.a.top1;
  return {
    ...(target && { target }),
    reached,
    judged: data,
    ...(labels !== undefined && { labels }),
    ...(accuracy !== undefined && { accuracy }),
    runs: bench.runs + trials.judgings,
    seconds: clock.seconds,
    ...(clock.stopped && { stopped: 'time' as const }),
    trials: trials.all.map((trial) => toldTrial(trial, trial === chosen)),
    sensitivity: sensitivity.map(toldSensitivity),
    chosen: { ...chosen.settings, skip_quant_op_names: chosen.freed },
  };
}

function toldSensitivity({ name, multiplyAdds, cost, before, after }: Sensitivity): AutoSensitivity {
  return { op: name, multiplyAdds, cost, before: finite(1 - before), after: finite(1 - after) };
}
