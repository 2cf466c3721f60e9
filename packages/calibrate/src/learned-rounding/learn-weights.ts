import {
  Breath,
  budgetOn,
  createPlan,
  type ExecutionPlan,
  loadSamples,
  Program,
  samplesWithin,
  type TensorBackend,
  type TensorEvent,
} from '@mnnquant/graph';
import type { Int8Candidates } from '../rewrite/candidates.ts';
import { groupByShape, namesOf, type SampleGroup, type SampleSet } from '../samples.ts';
import { clampOf, type WeightConfig, type WeightsByOp } from '../weights/quantize-weights.ts';
import { type Layer, layersOf, sumsLength } from './layer.ts';
import { Moments } from './moments.ts';
import { type LearnedLayer, roundLayer } from './round-layer.ts';

export interface LearnJob {
  /** Of the float network. */
  readonly plan: ExecutionPlan;
  readonly candidates: Pick<Int8Candidates, 'nodes'>;
  readonly config: WeightConfig;
  readonly backend: TensorBackend;
  readonly samples: SampleSet;
  /** Bytes that activations and moments may take together. */
  readonly memoryBudgetBytes: number;
  readonly strict?: boolean | undefined;
  /** Called as ops are run and outputs are rounded, also while `done` stays; `total` is fixed from the first call on. May throw to end it. */
  onProgress?(done: number, total: number): void;
}

export interface LearnedWeights {
  /** Each with a bias. */
  readonly weights: WeightsByOp;
  /** In the order in which they run. */
  readonly layers: readonly LearnedLayer[];
}

/** Of the memory, what moments may take; they are float64. */
const MOMENTS_SHARE = 1 / 4;
/** A sum, and a number of the windows that are collected before they are multiplied. */
const SUM_BYTES = 8 + 4;

/** Products of two weights that count as much as an op run for a sample. */
const PRODUCTS_OF_STEP = 2 ** 20;

/**
 * Rounds the weights of every int8 convolution so that the convolution computes nearly the same of the samples (`weight_quantize_method:
 * GPTQ`): Σ (w x - q s x)² over what its windows hold in the float network, around the mean, is made small one output after the other. The mean goes
 * into the bias.
 *
 * The result depends on the samples and not on memory or threads. The time is bounded by sizes: the windows are 4096 at most, and so are
 * steps of the search. What `onProgress` throws ends it: the promise is rejected with that, and nothing stays allocated in the backend.
 *
 * @throws {WeightError} naming the layer whose weights cannot be rounded
 * @throws {GraphError} naming the sample that does not fit
 */
export async function learnWeights(job: LearnJob): Promise<LearnedWeights> {
  const { plan, candidates, config, backend, samples } = job;
  const clamp = clampOf(config);
  const layers = layersOf(plan, candidates);
  const passes = passesOf(layers, job.memoryBudgetBytes * MOMENTS_SHARE);
  const groups = groupByShape(samples, plan, (shapes) => createPlan(plan.graph, shapes));
  const steps = groups.reduce((sum, group) => sum + group.plan.steps.length * group.samples.length, 0);
  const progress = new Progress(
    job,
    steps * passes.length + layers.reduce((sum, layer) => sum + stepsOf(layer), 0),
  );
  const breath = new Breath();
  const weights: WeightsByOp = new Map();
  const learned: LearnedLayer[] = [];
  for (const pass of passes) {
    const moments = new Moments(backend, samples.count);
    try {
      for (const group of groups) await runGroup(job, group, pass, moments, progress);
      for (const layer of pass) {
        const seen = await moments.take(layer);
        progress.within(0);
        const rounded = await roundLayer(layer, seen, {
          clamp,
          bits: config.quantBits,
          onShare: (share) => progress.within(share * stepsOf(layer)),
          pause: () => breath.take(),
        });
        weights.set(layer.index, rounded.weights);
        learned.push(rounded.layer);
        progress.add(stepsOf(layer));
      }
    } finally {
      moments.dispose();
    }
  }
  return { weights, layers: learned };
}

/** How far it is. What `onProgress` throws comes through. */
class Progress {
  readonly #job: LearnJob;
  readonly #total: number;
  #done = 0;

  constructor(job: LearnJob, total: number) {
    this.#job = job;
    this.#total = total;
  }

  add(steps: number): void {
    this.#done += steps;
    this.within(0);
  }

  /** Of the next steps so many are done. */
  within(steps: number): void {
    this.#job.onProgress?.(this.#done + Math.floor(steps), this.#total);
  }
}

/** What it takes to round a layer, in ops that are run for a sample. */
function stepsOf({ attributes, parts, size }: Layer): number {
  return Math.ceil((attributes.outputChannels * parts * size ** 2) / PRODUCTS_OF_STEP);
}

/** Layers whose sums fit the memory together; a network is run once for each. */
function passesOf(layers: readonly Layer[], bytes: number): Layer[][] {
  const passes: Layer[][] = [];
  let room = 0;
  for (const layer of layers) {
    const need = sumsLength(layer) * SUM_BYTES;
    const last = passes.at(-1);
    if (last === undefined || need > room) {
      passes.push([layer]);
      room = bytes - need;
    } else {
      last.push(layer);
      room -= need;
    }
  }
  return passes;
}

async function runGroup(
  { backend, samples, memoryBudgetBytes, strict }: LearnJob,
  group: SampleGroup,
  layers: readonly Layer[],
  moments: Moments,
  progress: Progress,
): Promise<void> {
  const budget = budgetOn(backend, memoryBudgetBytes) * (1 - MOMENTS_SHARE);
  const atOnce = samplesWithin(group.plan, budget, backend.concurrency);
  const program = new Program(group.plan, backend, { strict });
  try {
    for (let at = 0; at < group.samples.length; at += atOnce) {
      const chunk = group.samples.slice(at, at + atOnce);
      const loaded = await loadSamples(samples, chunk);
      const visitor = {
        onTensor: async ({ tensor, desc, values }: TensorEvent) => {
          for (const layer of layers)
            if (layer.tensor === tensor) await moments.add(layer, desc, values, () => progress.add(0));
        },
        onStep: () => progress.add(chunk.length),
      };
      await program.visit(loaded, visitor, namesOf(samples, chunk), chunk[0]);
    }
  } finally {
    program.dispose();
  }
}
