import type { FeatureSolution, FeatureSolveOptions, FeatureStatistics } from './feature-solver.ts';

/** MNN 3.6.1 calls a tensor invalid up to here and gives it scale 0 (TensorStatistic.cpp). */
export const TINY_RANGE = 1e-5;

// Keeps 1 / scale, which MNN's runtime computes, finite in float32.
const SMALLEST_SCALE = 2 ** -100;

/**
 * The scale of a tensor whose values determine none; `undefined` for an ordinary tensor.
 *
 * - No value, or only zeros: 1 / clamp, that is a range of ±1. Zero stays exact, and what the
 *   calibration never showed is not cut off at once.
 * - No finite value: the same; the note says so.
 * - |x| <= 1e-5 throughout: absMax / clamp, so that the signal survives.
 *
 * MNN writes scale 0 for all of these, and its runtime then computes with an uninitialised bias.
 */
export function degenerateScale(
  { absMax, finite, nonFinite }: FeatureStatistics,
  { clamp }: FeatureSolveOptions,
): FeatureSolution | undefined {
  const fixed = (note: string) => ({ scale: Math.fround(1 / clamp), method: 'fixed' as const, note });
  if (finite === 0) {
    return fixed(nonFinite > 0 ? `all ${nonFinite} values were NaN or infinite` : 'no value was seen');
  }
  if (absMax === 0) return fixed('all values were zero');
  if (absMax > TINY_RANGE) return undefined;
  const scale = Math.fround(Math.max(absMax / clamp, SMALLEST_SCALE));
  return { scale, method: 'maximum', note: `no value was above ${absMax}` };
}
