import type { Sensitivity } from '@mnnquant/calibrate';
import type { ExecutionPlan } from '@mnnquant/graph';
import type { Config } from '../config/schema.ts';
import type { SearchClock } from './clock.ts';
import type { AutoOptions } from './options.ts';
import type { Bench, CandidateJudge, Trial } from './trials.ts';

/** What a search works with. */
export interface SearchParts {
  /** What it begins with. */
  readonly config: Config;
  /** Of the float network. */
  readonly plan: ExecutionPlan;
  readonly auto: AutoOptions;
  readonly bench: Bench;
  readonly judge: CandidateJudge;
  readonly clock: SearchClock;
}

/** What a search ends with. */
export interface Found {
  readonly chosen: Trial;
  /** Whether the target holds, as far as it was judged. */
  readonly reached: boolean;
  /** Of the ops that were ranked. */
  readonly sensitivity: readonly Sensitivity[];
}
