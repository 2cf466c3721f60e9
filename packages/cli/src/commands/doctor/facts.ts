import type { ImageInput } from '../../check-input.ts';
import type { Config } from '../../config/schema.ts';
import type { SkippedFile } from '../../samples/opened.ts';

/** All that the checks look at: gathered once, plain data. */
export interface Facts {
  readonly config: ConfigFacts;
  readonly model: ModelFacts;
  /** Where the config has no problem and says `image`. */
  readonly images?: ImageFacts;
  /** Where the config has no problem and says `sequence`. */
  readonly arrays?: ArrayFacts;
  readonly target?: { readonly file: string; readonly problem?: string };
}

export interface ConfigFacts {
  readonly file: string;
  /** A line for each thing for which a run would refuse it. */
  readonly problems: readonly string[];
  /** What a run would say of it. */
  readonly warnings: readonly string[];
  /** Where there is no problem. */
  readonly config?: Config;
  /** The keys that it has; the others have their defaults. */
  readonly given?: readonly string[];
}

export interface ModelFacts {
  readonly file: string;
  /** Why it cannot be quantized at all. */
  readonly problem?: string;
  /** Where it does not fit the config: a line each. */
  readonly misfits: readonly string[];
  readonly warnings: readonly string[];
  readonly image?: ImageInput;
  /** For the shapes that the config means. */
  readonly work?: Work;
  /** Names of ops that the user wants to stay float. */
  readonly skips: readonly string[];
  readonly firstLayer?: FirstLayer;
  /** The batch that EMA would take. */
  readonly emaBatch?: number;
}

/** What a run has to do. */
export interface Work {
  readonly int8: number;
  readonly convolutions: number;
  /** Why convolutions stay float: their names by reason. */
  readonly float: ReadonlyMap<string, readonly string[]>;
  /** Per sample. */
  readonly multiplyAdds: number;
  /** Activations of one sample. */
  readonly activationBytes: number;
}

/** The convolution that reads the image, with nothing between them that changes values. */
export interface FirstLayer {
  readonly name: string;
  /** Length of the weights of a filter as a vector, root mean square over filters. */
  readonly weights: number;
  /** Root mean square of the biases. */
  readonly bias: number;
}

export interface ImageFacts {
  readonly used: readonly ImageFact[];
  readonly skipped: readonly SkippedFile[];
  /** Why no image could be taken. */
  readonly problem?: string;
  /** Of the network's input over all images, a row per channel; empty where no image was prepared. */
  readonly channels: readonly ChannelStatistics[];
}

export interface ImageFact {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  /** Whether some pixel is not opaque. */
  readonly transparent: boolean;
  /** Whether the file has a channel for alpha. */
  readonly alpha: boolean;
  /** Whether every pixel has R = G = B. */
  readonly grey: boolean;
  /** EXIF orientation from 2 to 8: how a viewer would turn it; absent where as it is. */
  readonly orientation?: number;
  /** SHA-256 of the file. */
  readonly digest: string;
  /** Means of the cells of a grid of 16x16, RGB. */
  readonly thumbnail: Uint8Array;
}

export interface ChannelStatistics {
  readonly mean: number;
  readonly deviation: number;
  readonly min: number;
  readonly max: number;
}

export interface ArrayFacts {
  readonly count: number;
  readonly skipped: readonly SkippedFile[];
  readonly warnings: readonly string[];
  /** What is wrong with a sample, or why there is none. */
  readonly problem?: string;
}
