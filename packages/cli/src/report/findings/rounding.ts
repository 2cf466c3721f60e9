import type { Report, ReportHistogram, ReportLayer, ReportWeights } from '../schema.ts';

/** Half of the noise or more, in dB. */
const HALF = 3;

/** What loses most in a layer that is alone in int8: the rounding of its result, of its weights, or of what it reads. */
export type Cause = 'result' | 'weights' | 'inputs';

/**
 * Results and weights are the cause where rounding them explains half of the noise or more; what is left comes from what the
 * layer reads, since an op of no weights, or of weights that keep 40 dB, makes no noise of its own.
 */
export function causeOf(
  { histograms, weights }: Report,
  { op, tensor, scale, isolated }: ReportLayer,
): Cause {
  const snr = isolated?.snr ?? Number.POSITIVE_INFINITY;
  const histogram = histograms.find((one) => one.tensor === tensor);
  if (isRoundingOfResult(histogram, scale, snr)) return 'result';
  const kept = snrOfWeights(weights.find((one) => one.op === op));
  return kept !== undefined && kept <= snr + HALF ? 'weights' : 'inputs';
}

/** Of all channels together in dB, each counted by the square of its largest weight. */
function snrOfWeights(weights: ReportWeights | undefined): number | undefined {
  if (weights?.snr === undefined) return undefined;
  let [signal, noise] = [0, 0];
  for (const [channel, snr] of weights.snr.entries()) {
    const power = channelSize(weights, channel) ** 2;
    signal += power;
    if (snr !== null) noise += power * 10 ** (-snr / 10);
  }
  return signal > 0 && noise > 0 ? 10 * Math.log10(signal / noise) : undefined;
}

/** The largest absolute weight of a channel; 0 where it is no number. */
export function channelSize({ min, max }: ReportWeights, channel: number): number {
  return Math.max(Math.abs(min[channel] ?? 0), Math.abs(max[channel] ?? 0));
}

/**
 * Whether rounding a tensor to its int8 range explains at least half of the noise that its layer has alone. Then it is the
 * scale that loses, not the weights or what the layer reads.
 *
 * @param snr of the layer alone, in dB
 */
function isRoundingOfResult(
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
