import type { LabelledOutput } from '../commands/compare/measurement.ts';
import type { OpenedSamples } from '../samples/opened.ts';
import type { AutoTrial } from './outcome.ts';

/** What has to hold; absent: the best with everything in int8. */
export interface AutoTarget {
  /** The least mean cosine of every output, 0 to 1. */
  readonly cosine?: number;
  /** By how many points (percent) the top-1 accuracy may fall; needs labels. */
  readonly maxDrop?: number;
}

/** What settings are judged by, where it is not part of the samples that calibrate. */
export interface JudgingData {
  /** As the user named it. */
  readonly folder: string;
  readonly samples: OpenedSamples;
}

/** How `AUTO` searches. */
export interface AutoOptions {
  /** Keys of the config that were given: those of our own are not changed. */
  readonly given: readonly string[];
  readonly target?: AutoTarget;
  /** Milliseconds after which nothing new is tried; at least one setting always is. */
  readonly timeMs?: number;
  /** The least share of multiply-adds that stays in int8, 0 to 1, of those that are without anything freed. */
  readonly minInt8?: number;
  readonly judging?: JudgingData;
  /** Labels of the samples that judge. */
  labelsFor?(samples: OpenedSamples): AutoLabels;
  readonly onTrial?: (trial: AutoTrial) => void;
  /** While ops are ranked by what each of them does to the outputs. */
  readonly onRank?: (done: number, total: number) => void;
}

/** The right classes of samples: all of {@link LabelledOutput} but the output, which is known once the network is. */
export interface AutoLabels extends Omit<LabelledOutput, 'output'> {
  /** The output that they are of, where several look like scores of classes. */
  readonly outputName?: string;
}
