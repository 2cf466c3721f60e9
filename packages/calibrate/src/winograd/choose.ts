import type { ExecutionPlan } from '@mnnquant/graph';
import type { Int8Candidates } from '../rewrite/candidates.ts';
import { type WinogradLayer, winogradLayers } from './layers.ts';

// Below these the transforms cost what the matrix products save.
const SMALLEST_INPUTS = 32;
const SMALLEST_OUTPUTS = 64;
const SMALLEST_PRODUCT = 4096;

export interface WinogradChoice {
  /** Those to which MNN's own tool would give attributes. */
  readonly possible: readonly WinogradLayer[];
  /** Those that get them: faster in MNN's runtime, and nearly as exact as without. */
  readonly chosen: readonly WinogradLayer[];
}

/**
 * Chooses the convolutions that gain by Winograd: with input tiles of 4 only, as those of 6 multiply the
 * rounding error by nine, and with channels enough (`docs/decisions/0009-winograd-attributes.md` has the
 * tables).
 */
export function chooseWinograd(plan: ExecutionPlan, candidates: Int8Candidates): WinogradChoice {
  const chosen = winogradLayers(plan, candidates, 4).filter(isWorthIt);
  return { possible: winogradLayers(plan, candidates), chosen };
}

function isWorthIt({ geometry: { inputChannels, outputChannels } }: WinogradLayer): boolean {
  const product = inputChannels * outputChannels;
  return (
    inputChannels >= SMALLEST_INPUTS && outputChannels >= SMALLEST_OUTPUTS && product >= SMALLEST_PRODUCT
  );
}
