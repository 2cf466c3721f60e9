import {
  type FloatMeans,
  floatMeans,
  int8Candidates,
  learnWeights,
  possibleInt8,
  quantizeWeightsInTurns,
  SavedStatistics,
  type WeightMethod,
  type WeightsByOp,
} from '@mnnquant/calibrate';
import type { MnnModel } from '@mnnquant/mnn-format';
import {
  type CalibratedModel,
  type ChosenConfig,
  type ChosenJob,
  calibrateJob,
  correctJob,
  rewrite,
  type StepOptions,
  skipOf,
} from '../job/steps.ts';
import { weightConfig } from '../method-config.ts';
import type { OpenedSamples } from '../samples/opened.ts';

/** A float network that is quantized in many ways: samples are observed once for all of them. */
export class KnownNetwork {
  readonly #job: ChosenJob;
  readonly #samples: OpenedSamples;
  readonly #options: StepOptions;
  readonly #onRun: () => void;
  #statistics: SavedStatistics | undefined;
  #means: FloatMeans | undefined;
  readonly #weights = new Map<WeightMethod, WeightsByOp>();

  /** @param onRun called whenever a network is run over all samples */
  constructor(job: ChosenJob, samples: OpenedSamples, options: StepOptions, onRun: () => void) {
    this.#job = job;
    this.#samples = samples;
    this.#options = options;
    this.#onRun = onRun;
  }

  /**
   * The int8 model, the same bytes as of a run with that config.
   *
   * @param config the job's but for methods, corrections and what is skipped
   */
  async quantize(config: ChosenConfig): Promise<CalibratedModel & { readonly written: MnnModel }> {
    const statistics = await this.#observed();
    const job = { ...this.#job, config };
    const weights = await this.#weightsFor(config);
    const calibrated = await calibrateJob(job, this.#samples, { ...this.#options, statistics }, weights);
    const plain = rewrite(calibrated, config);
    if (!config.bias_correction) return { ...calibrated, written: plain };
    this.#onRun();
    const means = await this.#meansOf();
    const { model } = await correctJob(plain, job.plan, this.#samples, this.#options, means);
    return { ...calibrated, written: model };
  }

  /** What every method needs, of every tensor that some config can ask for. */
  async #observed(): Promise<SavedStatistics> {
    if (this.#statistics === undefined) {
      this.#onRun();
      const options = { ...this.#options, saveStatistics: 'histograms' as const };
      const config = { ...this.#job.config, feature_quantize_method: 'MAX' as const };
      const job = { ...this.#job, config };
      const { calibration } = await calibrateJob(job, this.#samples, options, new Map());
      const { header, arrays } = calibration.statistics!;
      this.#statistics = new SavedStatistics(header, (name) => arrays.get(name));
    }
    return this.#statistics;
  }

  async #meansOf(): Promise<FloatMeans> {
    if (this.#means === undefined) {
      this.#onRun();
      const { backend, strict, memoryBytes, onProgress } = this.#options;
      this.#means = await floatMeans({
        plan: this.#job.plan,
        backend,
        samples: this.#samples,
        strict,
        memoryBudgetBytes: memoryBytes,
        onProgress: (done, total) => onProgress?.('correct', done, total),
      });
    }
    return this.#means;
  }

  /** Weights do not depend on how activations are scaled: those of all convolutions are kept, and those that run in int8 given. */
  async #weightsFor(config: ChosenConfig): Promise<WeightsByOp> {
    const { plan } = this.#job;
    const method = config.weight_quantize_method;
    const known = this.#weights.get(method) ?? (await this.#roundAll(config));
    this.#weights.set(method, known);
    const { nodes } = int8Candidates(plan.graph, plan, {
      skip: skipOf(config),
      asymmetric: config.feature_asymmetric,
    });
    return new Map([...known].filter(([index]) => nodes.get(index) === 'int8'));
  }

  async #roundAll(config: ChosenConfig): Promise<WeightsByOp> {
    const { plan, config: first } = this.#job;
    const { backend, strict, memoryBytes, onProgress } = this.#options;
    // Freeing one op may bring others back to int8: every convolution that could be is rounded, but for those that the config skips.
    const skip = skipOf(first);
    const possible = possibleInt8(plan).nodes;
    const rounded = plan.steps.filter(({ node }) => possible.has(node.index) && !skip(node));
    const candidates = { nodes: new Map(rounded.map(({ node }) => [node.index, 'int8'] as const)) };
    if (config.weight_quantize_method !== 'GPTQ')
      return quantizeWeightsInTurns(plan, candidates, weightConfig(config));
    this.#onRun();
    const { weights } = await learnWeights({
      plan,
      candidates,
      config: weightConfig(config),
      backend,
      samples: this.#samples,
      strict,
      memoryBudgetBytes: memoryBytes,
      onProgress: (done, total) => onProgress?.('round', done, total),
    });
    return weights;
  }
}
