import type { ReportHistogram } from '../schema.ts';

/** Half of the noise or more, in dB. */
const HALF = 3;

/**
 * Whether rounding a tensor to its int8 range explains at least half of the noise that its layer has alone. Then it is the
 * scale that loses, not the weights or what the layer reads.
 *
 * @param snr of the layer alone, in dB
 */
export function isRoundingOfResult(
  histogram: ReportHistogram | undefined,
  scale: number | undefined,
  snr: number,
): boolean {
  if (histogram?.clip === undefined || scale === undefined) return false;
  const expected = snrOfRounding(histogram, scale, histogram.clip);
  return expected !== undefined && expected <= snr + HALF;
}

/**
 * The SNR in dB that rounding alone leaves, from the middles of the bins: a step²/12 inside of the range, the squared
 * distance to its end outside, the value itself where it rounds to zero.
 */
function snrOfRounding(
  { min, max, counts }: ReportHistogram,
  scale: number,
  clip: { readonly low: number; readonly high: number },
): number | undefined {
  const width = (max - min) / counts.length;
  let [signal, noise] = [0, 0];
  for (const [i, count] of counts.entries()) {
    const x = min + (i + 0.5) * width;
    const beyond = Math.max(clip.low - x, x - clip.high, 0);
    const inside = Math.min((scale * scale) / 12, x * x);
    signal += count * x * x;
    noise += count * (beyond > 0 ? beyond * beyond : inside);
  }
  return signal > 0 && noise > 0 ? 10 * Math.log10(signal / noise) : undefined;
}
