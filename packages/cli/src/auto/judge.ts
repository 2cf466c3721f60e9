import { sampleName, type TensorBackend } from '@mnnquant/graph';
import type { MnnModel } from '@mnnquant/mnn-format';
import { type ClassScores, classScores } from '../commands/compare/class-scores.ts';
import { fixedOutputs, replacedNote, withOutputs } from '../commands/compare/fixed-outputs.ts';
import { type MatchedInputs, matchInputs } from '../commands/compare/inputs.ts';
import { OutputSizeError, type PairJob, runPairs } from '../commands/compare/job.ts';
import { matchOutputs, type OutputPair } from '../commands/compare/match-outputs.ts';
import { type LabelledOutput, labelledOutput, Measurement } from '../commands/compare/measurement.ts';
import type { ComparedAccuracy, ComparedOutput } from '../commands/compare/report.ts';
import { type RunnableModel, type RunnablePlan, runnableModel } from '../commands/compare/runnable-model.ts';
import { QuantizeError, UsageError } from '../errors.ts';
import type { Job } from '../job/prepare.ts';
import type { OpenedSamples } from '../samples/opened.ts';
import { KeptOutputs, keepingOutputs } from './kept-outputs.ts';
import type { AutoLabels, AutoTarget } from './options.ts';
import { outputError } from './output-error.ts';
import { SampleErrors, typicalOf } from './sample-errors.ts';
import { someSamples, spread } from './some-samples.ts';

export interface JudgeOptions {
  readonly backend: TensorBackend;
  readonly strict?: boolean;
  readonly memoryBytes: number;
  readonly labels?: AutoLabels;
  readonly onProgress?: (done: number, total: number) => void;
}

/** How far an int8 model is from the float network. */
export interface Verdict {
  readonly samples: number;
  readonly outputs: readonly ComparedOutput[];
  readonly accuracy?: ComparedAccuracy;
  /** The largest of the outputs' errors (see `outputError`); Infinity where some value is not a number. */
  readonly error: number;
  /** What a user should know of the labels. */
  readonly warnings: readonly string[];
  /** That of a typical sample: `typicalOf` the errors by sample. */
  readonly typical: number;
  /** Of each sample the logarithm of its error, by which settings are compared (see `SampleErrors`); none where sizes differ. */
  readonly logErrors: readonly number[];
}

const FLOAT = 'the float network';

/** Of the memory, what the float network's outputs may take. */
export const KEPT_SHARE = 1 / 8;

/** Runs int8 models in the simulator and compares their outputs with those of the float network, which is run once. */
export class Judge {
  readonly #float: RunnableModel;
  readonly #plan: RunnablePlan;
  readonly #inputs: MatchedInputs;
  readonly #samples: OpenedSamples;
  readonly #options: JudgeOptions;
  readonly #kept: KeptOutputs;
  /** Where they are not those of the network. */
  readonly #outputs: readonly string[] | undefined;
  readonly #notes: readonly string[];

  /** @param job with the float network */
  constructor({ inference, source }: Job, samples: OpenedSamples, options: JudgeOptions) {
    const network = inference.folded.model;
    const whole = runnableModel(network, FLOAT).plan(source.shapes);
    const { names, replaced } = fixedOutputs(whole.plan);
    // To a model that names no output, all tensors that nobody reads are outputs.
    if (names.length === 0)
      throw new UsageError('AUTO: the network has no output to judge by; choose a method');
    this.#outputs = replaced.length > 0 ? names : undefined;
    this.#notes = replaced.map((one) => `AUTO: ${replacedNote(one)}`);
    this.#float = runnableModel(this.#judged(network), FLOAT);
    this.#plan = this.#float.plan(source.shapes);
    this.#inputs = matchInputs(this.#float.graph, this.#float.graph);
    this.#samples = samples;
    this.#options = options;
    this.#kept = new KeptOutputs(options.memoryBytes * KEPT_SHARE);
  }

  get count(): number {
    return this.#samples.count;
  }

  /** @param most judge by at most so many samples, spread over all */
  async judge(written: MnnModel, most = this.count): Promise<Verdict> {
    const { backend, strict, memoryBytes, onProgress } = this.#options;
    const chosen = spread(this.count, most);
    const samples = someSamples(this.#samples, chosen);
    const model = runnableModel(this.#judged(written), 'the int8 model', true);
    const a = keepingOutputs(this.#float, this.#kept, chosen);
    // Scales do not depend on the shapes, so those of the first sample do to match outputs.
    const shapes = shapesOf(this.#plan);
    const plans = { a: a.plan(shapes), b: model.plan(shapes) };
    const pairs = matchOutputs(this.#plan.plan, plans.b.plan).pairs;
    const scores = new Map(pairs.map((pair) => [pair, classScores(this.#plan.plan, pair.a.tensor)]));
    const counting = this.#thatCount(pairs);
    const errors = new SampleErrors();
    const measured = new Measurement(scores, this.#labelled(scores, chosen), samples.names);
    const finished = await sameSizes({
      a,
      b: model,
      plans,
      pairs,
      inputs: this.#inputs,
      samples,
      backend,
      strict,
      memoryBytes: memoryBytes * (1 - KEPT_SHARE),
      onOutput: addingTo({ measured, errors, counting, samples }),
      onProgress,
    });
    const warnings = [...this.#notes, ...measured.warnings];
    const judged = { samples: chosen.length, warnings };
    const broken = Number.POSITIVE_INFINITY;
    if (!finished) return { ...judged, outputs: [], error: broken, typical: broken, logErrors: [] };
    const { outputs, accuracy } = measured;
    const error = Math.max(...outputs.filter((_, i) => counting.has(pairs[i]!)).map(outputError));
    // Among a part of the samples none may have a label.
    const known = accuracy !== undefined && accuracy.samples > 0;
    const logErrors = errors.logarithms;
    const typical = typicalOf(logErrors);
    return { ...judged, outputs, ...(known && { accuracy }), error, typical, logErrors };
  }

  #judged(model: MnnModel): MnnModel {
    return this.#outputs === undefined ? model : withOutputs(model, this.#outputs);
  }

  /** Whole numbers, such as the place of the largest score, jump: they count only where there is nothing else. */
  #thatCount(pairs: readonly OutputPair[]): ReadonlySet<OutputPair> {
    const { descs, values } = this.#plan.plan;
    const floats = pairs.filter(
      ({ a }) => (descs.get(a.tensor) ?? values.get(a.tensor))?.dtype === 'float32',
    );
    return new Set(floats.length > 0 ? floats : pairs);
  }

  #labelled(
    scores: ReadonlyMap<OutputPair, ClassScores>,
    chosen: readonly number[],
  ): LabelledOutput | undefined {
    const { labels } = this.#options;
    if (labels === undefined) return undefined;
    const { file, offset, outputName, labels: all } = labels;
    const classes = chosen.map((sample) => all.classes[sample]);
    return { file, offset, output: labelledOutput(scores, outputName), labels: { ...all, classes } };
  }
}

interface Seen {
  readonly measured: Measurement;
  readonly errors: SampleErrors;
  readonly counting: ReadonlySet<OutputPair>;
  readonly samples: OpenedSamples;
}

/**
 * Takes an output of a sample: into what is measured, and into the errors where it counts.
 *
 * @returns throws a `QuantizeError` where that of the float network, which others are judged by, is not finite
 */
function addingTo({ measured, errors, counting, samples }: Seen): PairJob['onOutput'] {
  return (pair, sample, ours, theirs) => {
    if (counting.has(pair) && !ours.data.every(Number.isFinite))
      throw new QuantizeError(
        `AUTO: ${sampleName(samples, sample)} cannot judge: the float network's output ${pair.a.name} has values that are NaN or infinite; take it out`,
      );
    measured.add(pair, sample, ours, theirs);
    if (counting.has(pair)) errors.add(pair.a.name, sample, ours, theirs);
  };
}

/** Whether all outputs had the float network's sizes: what has not is as wrong as can be. */
async function sameSizes(job: PairJob): Promise<boolean> {
  try {
    await runPairs(job);
    return true;
  } catch (error) {
    if (error instanceof OutputSizeError) return false;
    throw error;
  }
}

function shapesOf({ plan }: RunnablePlan): ReadonlyMap<string, readonly number[]> {
  return new Map(plan.inputs.map(({ name, desc }) => [name, desc.shape]));
}

/** Whether a target holds. What is not a number misses it. */
export function holds({ cosine, maxDrop }: AutoTarget, { error, accuracy }: Verdict): boolean {
  if (cosine !== undefined && !(1 - error >= cosine)) return false;
  if (maxDrop === undefined) return true;
  // Shares of samples: what lies further behind is rounding.
  return accuracy !== undefined && 100 * (accuracy.a.top1 - accuracy.b.top1) <= maxDrop + 1e-9;
}
