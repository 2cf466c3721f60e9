import type { ExecutionPlan } from '@mnnquant/graph';
import type { Int8Candidates } from '../rewrite/candidates.ts';
import { type WinogradLayer, winogradLayers } from './layers.ts';

const KERNEL = 3;
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
 * Chooses the convolutions that gain by Winograd: kernels of 3 (the smaller were not measured, the larger
 * have no small tile), input tiles of 4 only, as those of 6 multiply the rounding error by about nine, and
 * enough channels (`docs/decisions/0009-winograd-attributes.md` has the tables).
 */
export function chooseWinograd(plan: ExecutionPlan, candidates: Int8Candidates): WinogradChoice {
  const chosen = winogradLayers(plan, candidates, 4).filter(isWorthIt);
  return { possible: winogradLayers(plan, candidates), chosen };
}

function isWorthIt({ geometry }: WinogradLayer): boolean {
  const { inputChannels, outputChannels, kernel } = geometry;
  if (kernel[0] !== KERNEL) return false;
  const product = inputChannels * outputChannels;
  return (
    inputChannels >= SMALLEST_INPUTS && outputChannels >= SMALLEST_OUTPUTS && product >= SMALLEST_PRODUCT
  );
}
