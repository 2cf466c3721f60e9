import { fitScale, sortMagnitudes } from './alternating-fit.ts';
import { squaredError, writableScale } from './grid.ts';
import { magnitudesOf, quantizeRows } from './rows.ts';
import type { WeightQuantizeOptions, WeightQuantizer } from './weight-quantizer.ts';

/** MNN's first scale lets the largest weight be this many clamps. */
const MNN_START = 1.25;

/**
 * ADMM per output channel, as MNN 3.6.1 (quantizeWeight.cpp, `QuantizeWeightADMM`): the scale that
 * alternating between rounding and least squares ends at, q = w / scale rounded half away from zero,
 * within ±clamp.
 *
 * The end depends on the first scale. MNN's is a fifth below MAX_ABS's, and from there most channels
 * never stop clipping: with 8 bits the result is often worse than MAX_ABS. So we alternate from both
 * first scales and take what has the least squared error, which is never above that of MAX_ABS.
 *
 * - MNN solves on weights that are already rounded with MAX_ABS and stores -128; we do neither.
 * - An all-zero channel has scale 1 and zeros.
 * - A channel of tiny weights keeps them, down to `smallestScale` (MNN zeroes scales up to 1e-6).
 * - A weight that is not finite is an error that names layer and channel.
 */
export const quantizeAdmm: WeightQuantizer = (weights, options) => quantizeRows(weights, options, rowScale);

/** @returns a float32 */
function rowScale(row: Float32Array, absMax: number, options: WeightQuantizeOptions): number {
  const { clamp } = options;
  const magnitudes = magnitudesOf(row);
  const sorted = sortMagnitudes(magnitudes.slice());
  const maxAbs = absMax / clamp;
  const mean = (sorted.sums[0] as number) / row.length;
  const first = fitScale(sorted, clamp, clamp > 1 ? maxAbs / MNN_START : mean);
  const second = fitScale(sorted, clamp, maxAbs);
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  for (const candidate of [first, second, maxAbs]) {
    const scale = writableScale(candidate, options);
    if (scale === best) continue;
    const error = squaredError(magnitudes, scale, clamp, least);
    if (error < least) [best, least] = [scale, error];
  }
  return best;
}
