import type { ExecutionPlan } from '@mnnquant/graph';
import type { Int8Candidates } from '../rewrite/candidates.ts';
import { type WinogradLayer, winogradLayers } from './layers.ts';

/** Below it the transforms cost what the matrix product saves. */
const SMALLEST_CHANNELS = 64;

export interface WinogradChoice {
  /** Those to which MNN's own tool would give attributes. */
  readonly possible: readonly WinogradLayer[];
  /** Those that get them: faster in MNN's runtime, and nearly as exact as without. */
  readonly chosen: readonly WinogradLayer[];
}

/**
 * Chooses the convolutions that gain by Winograd: input tiles of 4 only, as those of 6 multiply the
 * rounding error by eight, and 64 channels or more on both sides
 * (`docs/decisions/0008-winograd-attributes.md` has the table).
 */
export function chooseWinograd(plan: ExecutionPlan, candidates: Int8Candidates): WinogradChoice {
  const chosen = winogradLayers(plan, candidates, 4).filter(
    ({ geometry }) => Math.min(geometry.inputChannels, geometry.outputChannels) >= SMALLEST_CHANNELS,
  );
  return { possible: winogradLayers(plan, candidates), chosen };
}
