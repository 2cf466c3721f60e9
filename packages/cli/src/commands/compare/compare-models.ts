import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { ExecutionPlan } from '@mnnquant/graph';
import type { MnnModel } from '@mnnquant/mnn-format';
import { type BackendChoice, type ChosenBackend, startBackend } from '../../backend/choose.ts';
import { withWayOut } from '../../backend/gpu-failure.ts';
import type { BackendName } from '../../backend/names.ts';
import type { Config } from '../../config/schema.ts';
import { messageOf, UsageError } from '../../errors.ts';
import { threadsOf } from '../../job/threads-of.ts';
import { listed } from '../../listed.ts';
import { checkedOptions } from '../../options.ts';
import { printableName } from '../../printable.ts';
import { readAnyModel } from '../../read-source.ts';
import { aboutData } from '../../samples/about-data.ts';
import { sampleWarnings } from '../../samples/asked-for.ts';
import type { OpenedSamples, SampleSource } from '../../samples/opened.ts';
import { sampleSource } from '../../samples/source.ts';
import { VERSION } from '../../version.ts';
import { memoryWarnings } from '../../warnings.ts';
import { type Bounds, checkBounds, missedBounds } from './bounds.ts';
import { type ClassScores, classScores } from './class-scores.ts';
import { fixedOutputs, replacedNote, uniqueNames, withOutputs } from './fixed-outputs.ts';
import { type MatchedInputs, matchInputs, shapesForSecond } from './inputs.ts';
import { runPairs } from './job.ts';
import { type Labels, matchLabels, parseLabels } from './labels.ts';
import { matchOutputs, type OutputPair } from './match-outputs.ts';
import { labelledOutput, Measurement } from './measurement.ts';
import type { ComparedModel, Comparison } from './report.ts';
import { type RunnableModel, type RunnablePlan, runnableModel } from './runnable-model.ts';
import { dataConfig } from './samples.ts';

export interface CompareOptions extends Bounds {
  readonly a: string;
  readonly b: string;
  readonly data?: string;
  readonly config?: string;
  /** Use at most so many samples, the first by name. */
  readonly samples?: number;
  readonly labels?: string;
  /** Added to each label. */
  readonly labelOffset?: number;
  /** The output that labels are of, where several look like scores of classes. */
  readonly labelOutput?: string;
  readonly memoryBytes?: number;
  readonly threads?: number | 'auto';
  readonly backend?: BackendName;
  readonly onProgress?: (phase: 'samples' | 'compare', done: number, total: number) => void;
  readonly onWarning?: (message: string) => void;
}

/** The share of the memory in which prepared samples are kept. */
const SAMPLES_SHARE = 1 / 4;

type Warn = (messages: readonly string[]) => void;

/**
 * Runs two models on the same samples and compares their outputs.
 *
 * @throws {UsageError} where arguments, config, labels or models do not fit together
 * @throws {QuantizeError} where a model or a sample cannot be evaluated
 */
export async function compareModels(options: CompareOptions): Promise<Comparison> {
  const started = performance.now();
  const warnings: string[] = [];
  const warn: Warn = (messages) => {
    warnings.push(...messages);
    for (const message of messages) options.onWarning?.(message);
  };
  const running = checkedOptions({
    source: options.a,
    target: '',
    config: '',
    memoryBytes: options.memoryBytes,
    threads: options.threads,
    backend: options.backend,
  });
  const prepared = await prepare(options, warn);
  const choice = startBackend(running, prepared.config);
  try {
    const measured = await measure({ ...options, memoryBytes: running.memoryBytes }, prepared, choice, warn);
    return { ...measured, warnings, seconds: (performance.now() - started) / 1000 };
  } finally {
    await choice.dispose();
  }
}

/** Two models and samples that fit together. */
interface Prepared {
  readonly config: Config;
  readonly a: Opened;
  readonly b: Opened;
  readonly plans: { readonly a: RunnablePlan; readonly b: RunnablePlan };
  readonly inputs: MatchedInputs;
  readonly source: SampleSource;
  readonly pairs: readonly OutputPair[];
  readonly scores: ReadonlyMap<OutputPair, ClassScores>;
  readonly labels: { readonly table: Labels; readonly output: OutputPair } | undefined;
}

/** @throws {UsageError} where an option would have no effect */
function checkLabelOptions({ labels, labelOffset = 0, labelOutput }: CompareOptions): void {
  if (labels !== undefined) return;
  if (labelOffset !== 0) throw new UsageError('--label-offset needs --labels');
  if (labelOutput !== undefined) throw new UsageError('--label-output needs --labels');
}

/** Everything that can be wrong without reading all samples. */
async function prepare(options: CompareOptions, warn: Warn): Promise<Prepared> {
  checkLabelOptions(options);
  const { config, warnings } = dataConfig(options.data, options.config, options.samples);
  warn(warnings);
  const table =
    options.labels === undefined ? undefined : parseLabels(readText(options.labels), options.labels);
  const opened = [openModel(options.a), openModel(options.b)] as const;
  warn(opened.flatMap(({ runnable }) => runnable.warnings));
  const inputs = matchInputs(opened[0].runnable.graph, opened[1].runnable.graph);
  const source = await sampleSource(opened[0].runnable.graph, config);
  const [a, b] = ofFixedSizes(opened, opened[0].runnable.plan(source.shapes).plan, warn);
  const plans = {
    a: a.runnable.plan(source.shapes),
    b: b.runnable.plan(shapesForSecond(source.shapes, inputs)),
  };
  const { pairs, notes } = matchOutputs(plans.a.plan, plans.b.plan);
  if (pairs.length === 0)
    throw new UsageError(['the models have no output in common:', ...notes].join('\n  '));
  warn([...notes, ...approximations(a.file, plans.a), ...approximations(b.file, plans.b)]);
  const scores = new Map(pairs.map((pair) => [pair, classScores(plans.a.plan, pair.a.tensor)]));
  checkBounds(
    options,
    [...scores].map(([{ a: output }, one]) => [output.name, one] as const),
    table !== undefined,
  );
  const labels = table && { table, output: labelledOutput(scores, options.labelOutput) };
  return { config, a, b, plans, inputs, source, pairs, scores, labels };
}

async function measure(
  options: CompareOptions & { readonly memoryBytes: number },
  prepared: Prepared,
  choice: BackendChoice,
  warn: Warn,
): Promise<Omit<Comparison, 'warnings' | 'seconds'>> {
  const { config, a, b, plans, source } = prepared;
  const chosen = await choice.get(plans.a.plan, 2 * source.count);
  const samples = await openSamples(options, prepared, chosen);
  // --samples is a most, which need not be there.
  warn(sampleWarnings({ ...config, used_sample_num: 0 }, samples));
  const measured = measurementOf(options, prepared, samples);
  const memoryBytes = options.memoryBytes * (1 - SAMPLES_SHARE);
  for (const one of [plans.a, plans.b]) warn(memoryWarnings(one.running, memoryBytes));
  await withWayOut(chosen.outcome, () =>
    runPairs({
      ...prepared,
      a: a.runnable,
      b: b.runnable,
      samples,
      memoryBytes,
      backend: chosen.backend,
      onOutput: (...output) => measured.add(...output),
      onProgress: (done, total) => options.onProgress?.('compare', done, total),
    }),
  );
  warn(measured.warnings);
  const { outputs, accuracy } = measured;
  return {
    version: 1,
    tool: `mnnquant ${VERSION}`,
    a: comparedModel(a, plans.a),
    b: comparedModel(b, plans.b),
    samples: { folder: config.path, count: samples.count, skipped: samples.skipped },
    outputs,
    ...(accuracy && { accuracy }),
    missed: missedBounds(options, outputs, accuracy),
    device: chosen.backend.device,
  };
}

async function openSamples(
  { memoryBytes, onProgress, data }: CompareOptions & { readonly memoryBytes: number },
  { source }: Prepared,
  { backend }: ChosenBackend,
): Promise<OpenedSamples> {
  const open = (): Promise<OpenedSamples> =>
    source.open({
      cacheBytes: memoryBytes * SAMPLES_SHARE,
      shared: threadsOf(backend) > 1,
      onProgress: (done, total) => onProgress?.('samples', done, total),
    });
  return data === undefined ? open() : aboutData(open);
}

function measurementOf(options: CompareOptions, { scores, labels }: Prepared, { names }: OpenedSamples) {
  const labelled = labels && {
    file: options.labels!,
    output: labels.output,
    offset: options.labelOffset ?? 0,
    labels: matchLabels(labels.table, names, options.labels!),
  };
  return new Measurement(scores, labelled, names);
}

/** More ops than this are counted, not listed. */
const LISTED_OPS = 5;

/** What the simulator does not do as MNN does. */
function approximations(file: string, { approximated }: RunnablePlan): string[] {
  if (approximated.length === 0) return [];
  const ops = approximated.map(({ name, type, reason }) => printableName(`${name} (${type}): ${reason}`));
  return [`${file}: computed in float and rounded, not as MNN does in int8: ${listed(ops, LISTED_OPS)}`];
}

/** Both models, with outputs whose sizes do not depend on the data as far as both have them. */
function ofFixedSizes(
  models: readonly [Opened, Opened],
  plan: ExecutionPlan,
  warn: Warn,
): readonly [Opened, Opened] {
  const { names, replaced } = fixedOutputs(plan);
  if (replaced.length === 0 || names.length === 0) return models;
  const unique = models.map(({ runnable }) => uniqueNames(runnable.graph));
  if (!names.every((name) => unique.every((own) => own.has(name)))) return models;
  warn(replaced.map(replacedNote));
  const [a, b] = models.map((one) => ({
    ...one,
    runnable: runnableModel(withOutputs(one.model, names), one.file),
  }));
  return [a!, b!];
}

interface Opened {
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly model: MnnModel;
  readonly runnable: RunnableModel;
}

function openModel(file: string): Opened {
  const { model, files, bytes } = readAnyModel(file);
  const hash = createHash('sha256');
  for (const part of files) hash.update(readFileSync(part));
  return { file, bytes, sha256: hash.digest('hex'), model, runnable: runnableModel(model, file) };
}

function comparedModel(
  { file, bytes, sha256, runnable }: Opened,
  { convolutions }: RunnablePlan,
): ComparedModel {
  return { file, bytes, sha256, precision: runnable.precision, convolutions };
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`--labels: cannot read ${file}: ${messageOf(error)}`);
  }
}
