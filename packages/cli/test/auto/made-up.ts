import { readFileSync } from 'node:fs';
import { multiplyAdds, type NodeChoice } from '@mnnquant/calibrate';
import type { ExecutionPlan, PlanStep } from '@mnnquant/graph';
import { type MnnModel, readModel } from '@mnnquant/mnn-format';
import { bestTrial } from '../../src/auto/best-trial.ts';
import { SearchClock } from '../../src/auto/clock.ts';
import type { Verdict } from '../../src/auto/judge.ts';
import type { AutoOptions } from '../../src/auto/options.ts';
import type { Settings } from '../../src/auto/settings.ts';
import { type Bench, Trials } from '../../src/auto/trials.ts';
import { loadConfig } from '../../src/config/load.ts';
import { prepareJob } from '../../src/job/prepare.ts';
import { sampleSource } from '../../src/samples/source.ts';
import { smallJob, smallNet } from '../scratch.ts';

/** What a candidate is, which decides how it is judged. */
export interface MadeUp {
  readonly settings: Settings;
  readonly freed: readonly string[];
  /** How many samples judge. */
  readonly samples: number;
}

/** The small network, prepared. */
export async function preparedJob(change: object = {}, net = smallNet(16, 16)) {
  const { source, config } = smallJob({ width: 16, height: 16, ...change }, net);
  const model = readModel(readFileSync(source));
  return prepareJob(model, loadConfig(config).config, sampleSource, () => {});
}

/** A verdict; of errors by sample if there are several. */
export function verdictOf(errors: number | readonly number[], change: Partial<Verdict> = {}): Verdict {
  const all = typeof errors === 'number' ? [errors] : errors;
  const logErrors = all.map(Math.log);
  const mean = (values: readonly number[]) => values.reduce((sum, one) => sum + one, 0) / values.length;
  return {
    samples: all.length,
    outputs: [],
    warnings: [],
    error: mean(all),
    typical: Math.exp(mean(logErrors)),
    logErrors,
    ...change,
  };
}

/**
 * Searches the small network's settings with verdicts that are made up. Multiply-adds are the network's: of 180 for each
 * pixel conv1 has 108, conv2 has 72.
 *
 * @param count how many samples there are to judge by
 */
export async function searchMadeUp(
  judged: (candidate: MadeUp) => Verdict,
  { count = 10, ...options }: Partial<AutoOptions> & { count?: number } = {},
) {
  const { plan, config } = await preparedJob();
  const asked: MadeUp[] = [];
  const written = new Map<MnnModel, Pick<MadeUp, 'settings' | 'freed'>>();
  const bench: Bench = {
    runs: 0,
    configOf: (settings) => ({ ...config, ...settings }),
    quantize: async (settings, freed = []) => {
      const model = {} as MnnModel;
      written.set(model, { settings, freed });
      return { written: model, ...convolutionsWithout(freed, plan) };
    },
  };
  const judge = {
    count,
    judge: async (model: MnnModel, samples = count) => {
      const candidate = { ...written.get(model)!, samples: Math.min(samples, count) };
      asked.push(candidate);
      return { ...judged(candidate), samples: candidate.samples };
    },
  };
  const clock = new SearchClock();
  const auto: AutoOptions = { given: [], ...options };
  const trials = new Trials({ bench, judge, clock, warn: () => {} });
  const found = await bestTrial({ config, plan, auto, bench, judge, clock }, trials);
  return { ...found, asked, trials: trials.all };
}

/** All convolutions in int8 but those that were freed. */
function convolutionsWithout(freed: readonly string[], { steps }: ExecutionPlan) {
  const isFloat = ({ node }: PlanStep) => freed.includes(node.name);
  const workOf = (some: readonly PlanStep[]) => some.reduce((sum, step) => sum + multiplyAdds(step), 0);
  const int8 = steps.filter((step) => !isFloat(step));
  const ops = steps.map((step) => ({
    node: step.node.index,
    name: step.node.name,
    type: 'Convolution',
    int8: !isFloat(step),
  }));
  return {
    prediction: {
      ops,
      outside: [],
      commands: [],
      casts: 0,
      convolutions: { int8: int8.length, total: steps.length },
      multiplyAdds: { int8: workOf(int8), total: workOf(steps) },
    },
    candidates: {
      nodes: new Map<number, NodeChoice>(steps.map(({ node }) => [node.index, 'int8'])),
      tensors: new Set<number>(),
      means: new Set<number>(),
      apart: new Map<number, string>(),
      centered: new Set<number>(),
    },
  };
}
