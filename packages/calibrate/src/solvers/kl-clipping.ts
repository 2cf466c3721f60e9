/** What a threshold costs the values beyond it. */
export interface ClippingLoss {
  /** Share of the counted values that lie beyond the threshold, 0 to 1. */
  readonly share: number;
  /** Mean squared error of rounding and clipping, over that of rounding the whole range. */
  readonly errorRatio: number;
}

// A real network's KL threshold cuts 3 % of the values at most, or cuts more by next to nothing.
const LARGE_SHARE = 0.05;
const LARGE_ERROR = 4;
// 20 dB: what is left of the tensor is about its shape, and nothing of its peaks.
const RUINOUS_ERROR = 100;

/**
 * Whether the search was led astray. Values that pile up in a few bins (a constant channel, a spike)
 * have no shape that 128 levels could lose, so KL sees no harm in cutting the rest off: a tensor with
 * two values, 3 and 0.5, is cut at 0.5 (MNN 3.6.1 does so).
 */
export function cutsOffTooMuch({ share, errorRatio }: ClippingLoss): boolean {
  return (share > LARGE_SHARE && errorRatio > LARGE_ERROR) || errorRatio > RUINOUS_ERROR;
}

/** The loss at a threshold in bins, as the histogram tells it (every value in the middle of its bin). */
export function clippingLoss(counts: Float64Array, threshold: number, levels: number): ClippingLoss {
  let inside = 0;
  let beyond = 0;
  let clipped = 0;
  const cut = threshold + 0.5;
  for (let bin = 0; bin < counts.length; bin++) {
    const count = counts[bin] as number;
    const excess = bin + 0.5 - cut;
    if (excess > 0) {
      beyond += count;
      clipped += count * excess * excess;
    } else inside += count;
  }
  const rounding = (top: number) => (top / levels) ** 2 / 12;
  const total = inside + beyond;
  if (total === 0) return { share: 0, errorRatio: 1 };
  return {
    share: beyond / total,
    errorRatio: (inside * rounding(cut) + clipped) / (total * rounding(counts.length - 0.5)),
  };
}
