import { listed } from '../../listed.ts';
import type { Report, ReportFinding, ReportWeights } from '../schema.ts';
import { channelSize } from './rounding.ts';
import { plural, short } from './text.ts';
import { usedSettings, weightRemedies } from './untried.ts';

/** Noise of a hundredth of the power, where 8 bits leave about a ten-thousandth. */
const LOW_SNR = 20; // dB

/** The output of the smallest channel then has about one level beside that of the largest, with one scale for both. */
const WIDE_RATIO = 100;

/** Of the largest channel: what weight decay leaves of a channel that training switched off. It gives its bias and nothing else. */
const SWITCHED_OFF = 1e-5;

/** What rounding does to weights. */
export function weightFindings(report: Report): ReportFinding[] {
  return [...lowSnr(report), ...wideRatio(report)];
}

/** How large the largest weight of each channel is; 0 for those that are switched off. */
function sizesOf(weights: ReportWeights): number[] {
  const sizes = weights.min.map((_, channel) => channelSize(weights, channel));
  const least = SWITCHED_OFF * sizes.reduce((a, b) => Math.max(a, b), 0);
  return sizes.map((size) => (size < least ? 0 : size));
}

function lowSnr(report: Report): ReportFinding[] {
  const low = report.weights
    .flatMap((one) => {
      const { op, snr = [], bits } = one;
      const sizes = sizesOf(one);
      const channels = snr.flatMap((value, channel) =>
        value !== null && value < LOW_SNR && sizes[channel]! > 0 ? [{ value, channel }] : [],
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
  const bits = low.reduce((least, one) => Math.min(least, one.bits), 8);
  const remedies = weightRemedies(report, bits, 'leave these convolutions float (skip_quant_op_names)');
  return [
    {
      level: 'warning',
      text: `Rounding changes weights by more than a tenth: ${listed(texts)}.`,
      advice: `${bits < 8 ? 'Use' : 'A few large weights beside many small ones do that. Try'} ${remedies}.`,
      op: low[0].op,
    },
  ];
}

function wideRatio(report: Report): ReportFinding[] {
  const wide = report.weights
    .flatMap((one) => {
      const { op, scale } = one;
      if (scale === undefined) return [];
      const sizes = sizesOf(one).filter((size) => size > 0);
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
      advice: `Each channel has a scale for its weights, but all share one for their results, where the small ones get few levels. ${usedSettings(report).equalize === true ? 'Where "equalize" could not even them out, leave' : 'Try "equalize": true, or leave'} such a convolution float if its isolated SNR is low.`,
      op: wide[0].op,
    },
  ];
}
