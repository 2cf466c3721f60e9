import { elementCount } from '@mnnquant/graph';
import type { ComparedOutput } from '../commands/compare/report.ts';

/**
 * How far an output is from that of the float network: 1 - its mean cosine; 0 is equal. Of a single number the cosine is only the
 * sign: there it is half the noise's part of the power, which is what 1 - cosine is for small errors of many numbers.
 *
 * @returns Infinity where some value is not a number
 */
export function outputError({ cosine, shape, snr, equal, notFinite }: ComparedOutput): number {
  if (equal) return 0;
  if (notFinite.b > notFinite.a) return Number.POSITIVE_INFINITY;
  if (elementCount(shape) > 1) return cosine === null ? Number.POSITIVE_INFINITY : 1 - cosine;
  return snr === null ? Number.POSITIVE_INFINITY : 10 ** (-snr / 10) / 2;
}
