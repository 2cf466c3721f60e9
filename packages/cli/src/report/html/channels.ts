import type { ReportWeights } from '../schema.ts';
import { decibels, plural, valueText } from './text.ts';

/** Channels whose range is so much smaller than the largest are hard to quantize together. */
export function rangesInWords({ min, max }: Pick<ReportWeights, 'min' | 'max'>): string {
  const sizes = min.map((low, i) => Math.max(Math.abs(low ?? Number.NaN), Math.abs(max[i] ?? Number.NaN)));
  const broken = sizes.filter(Number.isNaN).length;
  const zero = sizes.filter((size) => size === 0).length;
  const list = sizes.map((size, i) => ({ size, i })).filter(({ size }) => size > 0);
  const parts: string[] = [];
  if (list.length > 0) {
    const largest = list.reduce((a, b) => (b.size > a.size ? b : a));
    const smallest = list.reduce((a, b) => (b.size < a.size ? b : a));
    parts.push(
      `Largest weight ${valueText(largest.size)} in channel ${largest.i}, of the smallest channel (${smallest.i}) ${valueText(smallest.size)}: ${valueText(largest.size / smallest.size)} times less. Each channel has its own scale.`,
    );
  }
  if (zero > 0) parts.push(`${plural(zero, 'channel has', 'channels have')} only zeros.`);
  if (broken > 0)
    parts.push(`${plural(broken, 'channel has', 'channels have')} weights that are not finite.`);
  return parts.join(' ');
}

/** @param snr in dB; null: no noise */
export function snrsInWords(snr: readonly (number | null)[]): string {
  const list = snr
    .map((value, i) => ({ value, i }))
    .filter((one): one is { value: number; i: number } => one.value !== null);
  if (list.length === 0) return 'Rounding changes no weight.';
  const worst = list.reduce((a, b) => (b.value < a.value ? b : a));
  const middle = list.map(({ value }) => value).sort((a, b) => a - b)[list.length >> 1];
  return `Of the rounded weights: ${decibels(worst.value)} dB in the worst channel (${worst.i}), ${decibels(middle)} dB in the middle one. More is better.`;
}
