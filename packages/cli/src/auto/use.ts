import { realpathSync } from 'node:fs';
import type { Job } from '../job/prepare.ts';
import { openSamples, type RunOptions } from '../job/run.ts';
import { aboutData } from '../samples/about-data.ts';
import { sampleWarnings } from '../samples/asked-for.ts';
import type { AutoOptions } from './options.ts';
import { type AutoRequest, labelFinder, type PreparedAuto, prepareAuto } from './request.ts';

function isSameFolder(a: string, b: string): boolean {
  return realpathSync(a) === realpathSync(b);
}

/** A search that is about to begin. */
export interface OpenedAuto {
  readonly options: AutoOptions;
  readonly warnings: readonly string[];
  /** What was read, as paths from the working directory. */
  readonly files: readonly string[];
}

/** What a run with `AUTO` reads besides. */
export class AutoUse {
  readonly #request: AutoRequest;
  readonly #given: readonly string[];
  readonly #job: Job;
  readonly #prepared: PreparedAuto;

  private constructor(request: AutoRequest, given: readonly string[], job: Job, prepared: PreparedAuto) {
    this.#request = request;
    this.#given = given;
    this.#job = job;
    this.#prepared = prepared;
  }

  /**
   * @param given keys of the config
   * @throws {UsageError} where the request makes no sense or does not fit the model
   */
  static async prepare(request: AutoRequest, given: readonly string[], job: Job): Promise<AutoUse> {
    return new AutoUse(request, given, job, await prepareAuto(request, job.graph, job.config));
  }

  /** Whether samples are read that judge alone: they share the memory with those that calibrate. */
  get hasOwnSamples(): boolean {
    return this.#prepared.source !== undefined;
  }

  /** Reads the samples that judge. */
  async open(options: RunOptions): Promise<OpenedAuto> {
    const { target, timeMs, minInt8, onTrial, onRank, data } = this.#request;
    const { source, files } = this.#prepared;
    const opening = { ...options, hash: undefined, known: undefined };
    const own = source && (await aboutData(() => openSamples({ source }, opening)));
    const labelsFor = labelFinder(this.#request, this.#prepared);
    return {
      options: {
        given: this.#given,
        ...(target && { target }),
        ...(timeMs !== undefined && { timeMs }),
        ...(minInt8 !== undefined && { minInt8 }),
        ...(own && { judging: { folder: data!, samples: own } }),
        ...(labelsFor && { labelsFor }),
        ...(onTrial && { onTrial }),
        ...(onRank && { onRank }),
      },
      warnings: [
        ...(own ? sampleWarnings({ ...this.#job.config, used_sample_num: 0 }, own) : []),
        ...(own && isSameFolder(data!, this.#job.config.path)
          ? [
              '--data is the folder that calibrates: what was seen judges itself, which flatters; leave it out or give another',
            ]
          : []),
      ],
      files: [...files, ...(own?.files ?? [])],
    };
  }
}
