import type { Share } from '@mnnquant/calibrate';
import type { SkippedFile } from '../../samples/opened.ts';
import type { Accuracy } from './accuracy.ts';
import type { Agreement } from './output-tally.ts';
import type { Precision } from './runnable-model.ts';

/** One of the two models. */
export interface ComparedModel {
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly precision: Precision;
  /** Convolutions that run in int8. */
  readonly convolutions: Share;
}

/** A number that may be null: JSON has neither NaN nor infinity. */
type Measured = number | null;

interface AtNamedSample {
  readonly sample: number;
  readonly name: string;
}

/** An output of both models. */
export interface ComparedOutput {
  readonly name: string;
  /** Where the second model has another name for it. */
  readonly otherName?: string;
  readonly shape: readonly number[];
  readonly samples: number;
  /** Whether every number is the same. */
  readonly equal: boolean;
  /** Null where some value is not a number. */
  readonly cosine: Measured;
  readonly worst: AtNamedSample & { readonly cosine: Measured };
  /** dB; null where nothing differs or some value is not a number. */
  readonly snr: Measured;
  readonly maxError: AtNamedSample & { readonly value: Measured };
  readonly notFinite: { readonly a: number; readonly b: number };
  /** Where it looks like scores of classes; shares from 0 to 1. */
  readonly agreement?: Agreement;
  /** Why it is taken for scores of classes, or why not. */
  readonly classScores: string;
}

export interface ComparedAccuracy {
  /** The labels' file. */
  readonly file: string;
  readonly output: string;
  readonly offset: number;
  /** Samples with a label. */
  readonly samples: number;
  readonly missing: readonly string[];
  /** Labels of files that are not among the samples. */
  readonly unused: number;
  readonly a: Accuracy;
  readonly b: Accuracy;
}

/** What `mnnquant compare --json` prints. */
export interface Comparison {
  /** Goes up when a field changes its meaning or goes away; new fields may come without that. */
  readonly version: 1;
  readonly tool: string;
  readonly a: ComparedModel;
  readonly b: ComparedModel;
  readonly samples: {
    readonly folder: string;
    readonly count: number;
    readonly skipped: readonly SkippedFile[];
  };
  readonly outputs: readonly ComparedOutput[];
  readonly accuracy?: ComparedAccuracy;
  /** Bounds that do not hold, in words; empty where all do. */
  readonly missed: readonly string[];
  readonly warnings: readonly string[];
  readonly device: string;
  readonly seconds: number;
}
