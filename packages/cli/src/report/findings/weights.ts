import type { Report, ReportFinding, ReportWeights } from '../schema.ts';
import { listed, plural, short } from './text.ts';

/** Noise of a hundredth of the power, where 8 bits leave about a ten-thousandth. */
const LOW_SNR = 20; // dB

/** The output of the smallest channel then has about one level beside that of the largest, with one scale for both. */
const WIDE_RATIO = 100;

/** What rounding does to weights. */
export function weightFindings({ weights }: Report): ReportFinding[] {
  return [...lowSnr(weights), ...wideRatio(weights)];
}

function lowSnr(weights: readonly ReportWeights[]): ReportFinding[] {
  const low = weights
    .flatMap(({ op, snr = [], bits }) => {
      const channels = snr.flatMap((value, channel) =>
        value !== null && value < LOW_SNR ? [{ value, channel }] : [],
      );
      if (channels.length === 0) return [];
      const worst = channels.reduce((a, b) => (b.value < a.value ? b : a));
      return [{ op, bits, channels: channels.length, of: snr.length, worst }];
    })
    .sort((a, b) => a.worst.value - b.worst.value);
  if (low.length === 0) return [];
  const texts = low.map(
    ({ op, channels, of, worst }) =>
      `${op} (${channels} of ${plural(of, 'channel')}, channel ${worst.channel} has ${short(worst.value)} dB)`,
  );
  const few = low.some(({ bits }) => bits < 8);
  return [
    {
      level: 'warning',
      text: `Rounding changes weights by more than a tenth: ${listed(texts)}.`,
      advice: few
        ? 'Use more quant_bits, weight_quantize_method "ADMM", or leave these convolutions float (skip_quant_op_names).'
        : 'A few large weights beside many small ones do that: try weight_quantize_method "ADMM", or leave these convolutions float (skip_quant_op_names).',
      op: low[0].op,
    },
  ];
}

function wideRatio(weights: readonly ReportWeights[]): ReportFinding[] {
  const wide = weights
    .flatMap(({ op, min, max, scale }) => {
      if (scale === undefined) return [];
      const sizes = min
        .map((low, i) => Math.max(Math.abs(low ?? Number.NaN), Math.abs(max[i] ?? Number.NaN)))
        .filter((size) => size > 0);
      if (sizes.length === 0) return [];
      const [least, most] = [sizes.reduce((a, b) => Math.min(a, b)), sizes.reduce((a, b) => Math.max(a, b))];
      return most / least > WIDE_RATIO ? [{ op, least, most }] : [];
    })
    .sort((a, b) => b.most / b.least - a.most / a.least);
  if (wide.length === 0) return [];
  return [
    {
      level: 'note',
      text: `Channels of one convolution differ much in size: ${listed(
        wide.map(
          ({ op, least, most }) => `${op} (${short(most / least)} times: ${short(least)} to ${short(most)})`,
        ),
      )}.`,
      advice:
        'Each channel has a scale for its weights, but all share one for their results, where the small ones get few levels. Equalize the weights before conversion (cross-layer equalization), or leave such a convolution float if its isolated SNR is low.',
      op: wide[0].op,
    },
  ];
}
