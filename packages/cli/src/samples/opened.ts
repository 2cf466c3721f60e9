import type { InputShapes, SampleSet } from '@mnnquant/calibrate';

/** A directory entry that is not used, and why. */
export interface SkippedFile {
  /** Relative to the folder of the samples. */
  readonly name: string;
  readonly reason: string;
}

/** A file that was opened and is no sample, with the hash of its content. */
export interface RejectedFile extends SkippedFile {
  readonly hash: string;
}

/** Tells contents apart: the same text for the same bytes, in whatever parts they come. */
export type HashContent = (...parts: readonly Uint8Array[]) => string;

/** What an earlier run found out about a file of this name and hash: an image, or why it is none. */
export type KnownFile = (name: string, hash: string) => 'image' | { readonly reason: string } | undefined;

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
  /** With `hash`: of the content of each sample, for images the bytes of their files. */
  readonly hashes?: readonly string[];
  /** With `hash`: those of `skipped` that had to be opened to be known as none. */
  readonly rejected?: readonly RejectedFile[];
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
  /** Hashes what is read, where somebody wants to know. */
  readonly hash?: HashContent;
  /** With `hash`: images that are known are not decoded before they are brought. */
  readonly known?: KnownFile;
  readonly onProgress?: (done: number, total: number) => void;
}

/** By code units: the same order on every machine, whatever its language. */
export function compareNames(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
