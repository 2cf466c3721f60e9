import type { ReportHistogram } from '../schema.ts';

/** Of the values in all bins. */
export function totalOf(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

/**
 * Shares of the values below and above what int8 represents, as the bins tell: values are taken as spread evenly
 * over their bin, so that a bin with an end inside counts in part.
 */
export function beyondClip(
  { min, max, counts }: ReportHistogram,
  { low, high }: NonNullable<ReportHistogram['clip']>,
): { readonly below: number; readonly above: number } {
  const total = totalOf(counts);
  if (total === 0) return { below: 0, above: 0 };
  const step = (max - min) / counts.length;
  if (step === 0) return { below: Number(max < low), above: Number(min > high) };
  let below = 0;
  let above = 0;
  for (const [i, count] of counts.entries()) {
    const start = min + i * step;
    below += count * unit((low - start) / step);
    above += count * unit((start + step - high) / step);
  }
  return { below: below / total, above: above / total };
}

function unit(value: number): number {
  return Math.min(1, Math.max(0, value));
}
