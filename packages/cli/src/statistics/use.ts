import type { EncodedStatistics, SavedStatistics } from '@mnnquant/calibrate';
import type { TensorBackend } from '@mnnquant/graph';
import type { ChosenBackend } from '../backend/choose.ts';
import type { Config } from '../config/schema.ts';
import { UsageError } from '../errors.ts';
import type { Output } from '../files.ts';
import type { Job } from '../job/prepare.ts';
import type { CheckedOptions } from '../options.ts';
import type { KnownFile, OpenedSamples, OpenOptions } from '../samples/opened.ts';
import type { SourceModel } from '../source-model.ts';
import { checkComputed, checkOrigin } from './check-origin.ts';
import { readStatistics, type StatisticsFile, statisticsBytes } from './file.ts';
import { computedBy, originOf } from './origin.ts';
import type { StatisticsOutcome } from './outcome.ts';
import { sha256 } from './sealed.ts';

type FileJob = Pick<Job, 'config' | 'source'> & { readonly read: SourceModel };

/** What a run does with saved statistics: takes its own from a file, or writes them to one. */
export class StatisticsUse {
  readonly #options: CheckedOptions;
  readonly #loaded: StatisticsFile | undefined;
  /** Whether the network must be run: to take statistics, to learn weights, for corrections or for `debug`. */
  readonly #runs: boolean;

  /**
   * @throws {UsageError} with a method that has no statistics, or where the file cannot be used with these options
   */
  constructor(options: CheckedOptions, config: Config) {
    const { feature_quantize_method, weight_quantize_method, debug, equalize, bias_correction } = config;
    this.#options = options;
    const { saveStats, loadStats } = options;
    if (feature_quantize_method === 'AUTO')
      throw new UsageError(
        `--${saveStats === undefined ? 'load' : 'save'}-stats: AUTO observes the samples itself, once for all that it tries; leave the option out, or take the config that a search has written`,
      );
    if (feature_quantize_method === 'EMA')
      throw new UsageError(
        `--${saveStats === undefined ? 'load' : 'save'}-stats: feature_quantize_method is EMA, whose ranges come from a forward that rounds with them, so that nothing can be reused; take another method or leave the option out`,
      );
    this.#loaded = loadStats === undefined ? undefined : readStatistics(loadStats);
    if (this.#loaded) checkComputed(this.#loaded, options);
    const learns = weight_quantize_method === 'GPTQ';
    this.#runs = this.#loaded === undefined || debug || learns || equalize || bias_correction;
  }

  /** For the choice of a backend: where nothing runs, none need be started. */
  get backendOptions(): CheckedOptions {
    return this.#runs ? this.#options : { ...this.#options, backend: 'cpu', threads: 1 };
  }

  /** How samples are to be opened; images that are known are decoded only where the network is run. */
  get opening(): Pick<OpenOptions, 'hash' | 'known'> {
    const known = this.#loaded && !this.#runs ? knownFiles(this.#loaded) : undefined;
    return { hash: sha256, ...(known && { known }) };
  }

  /** For the calibration. */
  get calibration(): { readonly statistics?: SavedStatistics; readonly saveStatistics: boolean } {
    const { statistics } = this.#loaded ?? {};
    return { ...(statistics && { statistics }), saveStatistics: this.#options.saveStats !== undefined };
  }

  /** @throws {UsageError} where model, samples or preparation are not those of the file */
  check(job: FileJob, samples: OpenedSamples): void {
    if (this.#loaded) checkOrigin(this.#loaded, originOf(job, samples, this.#loaded.origin.computed));
  }

  /** The file to be written, if there is one. */
  output(
    job: FileJob,
    samples: OpenedSamples,
    statistics: EncodedStatistics | undefined,
    backend: TensorBackend,
  ): Output | undefined {
    const { saveStats, fastMath = false } = this.#options;
    if (saveStats === undefined || statistics === undefined) return undefined;
    const origin = originOf(job, samples, computedBy(backend, fastMath));
    return { path: saveStats, bytes: statisticsBytes(statistics, origin) };
  }

  /** What computed the statistics, in the place of what was started for the rest. */
  backendOutcome(chosen: ChosenBackend): ChosenBackend['outcome'] {
    if (this.#loaded === undefined || this.#runs) return chosen.outcome;
    const { backend: name, device, fastMath } = this.#loaded.origin.computed;
    const { backend: asked } = this.#options;
    return {
      name,
      device: device ?? chosen.outcome.device,
      asked,
      reproducible: name === 'cpu' && !fastMath,
    };
  }

  outcome(written: Output | undefined): StatisticsOutcome | undefined {
    if (written) return { saved: written.path, bytes: written.bytes.length };
    return this.#loaded && { reused: this.#loaded.path };
  }
}

function knownFiles({ origin: { samples, rejected } }: StatisticsFile): KnownFile {
  const images = new Set(samples.map(({ name, sha256: hash }) => `${hash} ${name}`));
  const others = new Map(rejected.map(({ name, sha256: hash, reason }) => [`${hash} ${name}`, { reason }]));
  return (name, hash) => (images.has(`${hash} ${name}`) ? 'image' : others.get(`${hash} ${name}`));
}
