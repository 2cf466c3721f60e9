import { writableScale } from './grid.ts';
import { quantizeRows } from './rows.ts';
import type { WeightQuantizer } from './weight-quantizer.ts';

/**
 * MAX_ABS per output channel, as MNN 3.6.1 (quantizeWeight.cpp): scale = max |w| / clamp,
 * q = w / scale rounded half away from zero.
 *
 * - An all-zero channel has scale 1 and zeros (MNN writes NaN).
 * - A channel of tiny weights keeps them, down to `smallestScale` (MNN zeroes max |w| < 1.27e-4).
 * - A weight that is not finite is an error that names layer and channel.
 */
export const quantizeMaxAbs: WeightQuantizer = (weights, options) =>
  quantizeRows(weights, options, (_, absMax) => writableScale(absMax / options.clamp, options));
