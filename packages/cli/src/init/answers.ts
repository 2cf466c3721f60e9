import { FEATURE_METHODS } from '../config/feature-methods.ts';
import type { ImageGuess, SequenceGuess } from './guess.ts';
import type { Format, Normalization } from './presets.ts';

export { FEATURE_METHODS as METHODS };

export type Method = (typeof FEATURE_METHODS)[number];

/** What a config needs and a model does not say. */
export type Answers = ImageAnswers | SequenceAnswers;

interface Common {
  /** The folder of samples, as typed. */
  readonly path: string;
  readonly method: Method;
  /** Names of the keys that nobody was asked about: what was taken is a guess. */
  readonly guessed: ReadonlySet<string>;
}

export interface ImageAnswers extends Common {
  readonly kind: 'image';
  readonly guess: ImageGuess;
  readonly format: Format;
  readonly normalization: Normalization;
  readonly width: number;
  readonly height: number;
  /** Where the model says no shape at all, or several of its extents are open. */
  readonly shape?: readonly number[];
  readonly images?: FolderSizes;
}

export interface SequenceAnswers extends Common {
  readonly kind: 'sequence';
  readonly guess: SequenceGuess;
  /** By name, of inputs that the model leaves open. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
}

/** The first images of a folder. */
export interface FolderSizes {
  /** Files that may be images. */
  readonly files: number;
  readonly sizes: readonly { readonly width: number; readonly height: number }[];
}
