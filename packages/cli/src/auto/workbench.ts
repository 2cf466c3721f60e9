import { type Int8Candidates, type Prediction, predictInt8 } from '@mnnquant/calibrate';
import type { MnnModel } from '@mnnquant/mnn-format';
import type { Job } from '../job/prepare.ts';
import { type ChosenConfig, equalizeJob, type StepOptions, withModel } from '../job/steps.ts';
import type { OpenedSamples } from '../samples/opened.ts';
import { KnownNetwork } from './known-network.ts';
import type { Settings } from './settings.ts';

/** An int8 model on trial. */
export interface Candidate {
  readonly written: MnnModel;
  readonly prediction: Prediction;
  readonly candidates: Int8Candidates;
}

/** Quantizes one network in many ways, with the same samples. */
export class Workbench {
  readonly #job: Job;
  readonly #samples: OpenedSamples;
  readonly #options: StepOptions;
  /** As it is, and equalized. */
  readonly #networks = new Map<string, KnownNetwork>();
  /** How often a network was run over all samples. */
  runs = 0;

  constructor(job: Job, samples: OpenedSamples, options: StepOptions) {
    this.#job = job;
    this.#samples = samples;
    this.#options = options;
  }

  /** The config that makes a candidate. */
  configOf(settings: Settings, freed: readonly string[] = []): ChosenConfig {
    const { config } = this.#job;
    return { ...config, ...settings, skip_quant_op_names: [...config.skip_quant_op_names, ...freed] };
  }

  /** @param freed names of ops that stay float beyond those that the config skips */
  async quantize(settings: Settings, freed: readonly string[] = []): Promise<Candidate> {
    const network = await this.#network(settings);
    const { written, plan, calibration } = await network.quantize(this.configOf(settings, freed));
    const { candidates } = calibration;
    return { written, prediction: predictInt8(written, plan, candidates), candidates };
  }

  async #network(settings: Settings): Promise<KnownNetwork> {
    // What is equalized depends on the steps that ranges will have.
    const key = settings.equalize ? `equalized, asymmetric: ${settings.feature_asymmetric}` : 'as it is';
    const known = this.#networks.get(key);
    if (known !== undefined) return known;
    const job = { ...this.#job, config: this.configOf(settings) };
    const onRun = (): void => {
      this.runs++;
    };
    if (settings.equalize) onRun();
    const own = settings.equalize
      ? withModel(job, (await equalizeJob(job, this.#samples, this.#options)).model)
      : job;
    const network = new KnownNetwork(own, this.#samples, this.#options, onRun);
    this.#networks.set(key, network);
    return network;
  }
}
