import type { InputShapes, SampleSet } from '@mnnquant/calibrate';

/** A directory entry that is not used, and why. */
export interface SkippedFile {
  /** Relative to the folder of the samples. */
  readonly name: string;
  readonly reason: string;
}

/** The samples that `path` holds, ready to be brought. */
export interface OpenedSamples extends SampleSet {
  /** Of the samples that are used, in order: entries of the folder. */
  readonly names: readonly string[];
  /** What was read, as paths from the working directory. */
  readonly files: readonly string[];
  readonly skipped: readonly SkippedFile[];
  /** Entries that `used_sample_num` left out. */
  readonly unused: number;
  /** What a user should know of the content. */
  readonly warnings: readonly string[];
}

/** Samples whose shapes are known and whose content is not read yet. */
export interface SampleSource {
  /** Of the first sample: the shapes to plan the network with. */
  readonly shapes: InputShapes;
  /** How many there are at most: entries that may turn out to be none are counted. */
  readonly count: number;
  /** Reads every sample once, so that what is wrong with one is known before anything is computed. */
  open(options: OpenOptions): Promise<OpenedSamples>;
}

export interface OpenOptions {
  /** Prepared samples are kept up to this many bytes; the rest is read again when it is needed. */
  readonly cacheBytes: number;
  /** Whether what is kept lies in memory that threads share, so that it is not copied on its way to one. */
  readonly shared?: boolean;
  readonly onProgress?: (done: number, total: number) => void;
}

/** By code units: the same order on every machine, whatever its language. */
export function compareNames(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
