import type { Prediction } from '@mnnquant/calibrate';
import type { TensorBackend } from '@mnnquant/graph';
import { type CorrectionsOutcome, correctionsOutcome } from '../corrections-outcome.ts';
import { type RoundingOutcome, roundingOutcome } from '../rounding-outcome.ts';
import type { OpenedSamples, SkippedFile } from '../samples/opened.ts';
import type { SkipCount } from '../skips.ts';
import { type WinogradOutcome, winogradOutcome } from '../winograd-outcome.ts';
import type { Job } from './prepare.ts';
import type { JobResult } from './run.ts';
import { threadsOf } from './threads-of.ts';

/** What a job did, wherever its files came from. */
export interface JobOutcome {
  readonly images: { readonly used: readonly string[]; readonly skipped: readonly SkippedFile[] };
  /** How MNN's runtime will run the written model. */
  readonly prediction: Prediction;
  /** What each entry of `skip_quant_op_names` matched. */
  readonly skips: readonly SkipCount[];
  /** Ops without a kernel that ran the plain reference: steps by op name. */
  readonly fallbacks: Readonly<Record<string, number>>;
  /** How often every sample was run; 0 where saved statistics were used. */
  readonly passes: 0 | 1 | 2;
  /** Why there were two: too little memory for all samples at once, or samples of different shapes. */
  readonly twice?: 'memory' | 'shapes';
  /** What computed, in words. */
  readonly device: string;
  readonly threads: number;
  /** With weights learned from the samples (`GPTQ`). */
  readonly rounding?: RoundingOutcome;
  /** With EMA and `winogradOpt`. */
  readonly winograd?: WinogradOutcome;
  /** With `equalize` or `bias_correction`. */
  readonly corrections?: CorrectionsOutcome;
}

export function jobOutcome(
  { skips }: Job,
  samples: OpenedSamples,
  { calibration, prediction, equalized, corrected }: JobResult,
  backend: TensorBackend,
): JobOutcome {
  const corrections = correctionsOutcome(equalized, corrected);
  return {
    images: { used: samples.names, skipped: samples.skipped },
    prediction,
    skips: skips.patterns,
    fallbacks: Object.fromEntries(calibration.report.fallbacks),
    passes: calibration.passes,
    ...(calibration.twice && { twice: calibration.twice }),
    device: backend.device,
    threads: threadsOf(backend),
    ...(calibration.learned && { rounding: roundingOutcome(calibration.learned) }),
    ...(calibration.winograd && { winograd: winogradOutcome(calibration.winograd) }),
    ...(corrections && { corrections }),
  };
}
