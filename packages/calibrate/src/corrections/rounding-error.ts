import type { ChannelRanges } from './channel-ranges.ts';
import { binStart, MAGNITUDE_BINS, magnitudeBins } from './magnitudes.ts';

/** Clips that are tried: the largest value and so many bins below it, three octaves. */
const CLIPS = 24;

/** By channel and bin [C][MAGNITUDE_BINS + 1], of the values in this bin and above. */
interface UpperSums {
  readonly counts: Float64Array;
  /** Of |x|. */
  readonly values: Float64Array;
  /** Of x². */
  readonly squares: Float64Array;
}

const WIDTH = MAGNITUDE_BINS + 1;

/**
 * The squared error of rounding a tensor to int8, each channel's weighted, for factors [C] that its channels are divided by.
 *
 * Values below half a step become 0, those beyond the clip become the clip, others have an error of step² / 12. The clip is the one with
 * the least error of the tensor itself, as calibration chooses it (nearly; methods differ), not the largest value: else a few rare ones
 * would decide what a factor is worth.
 *
 * @param weights [C] of the squared error, in the values as they are without factors
 * @param steps from 0 to the clip
 * @returns the sum over channels of the mean over a channel's values
 */
export function roundingError(
  { largest, magnitudes }: ChannelRanges,
  weights: Float64Array,
  steps: number,
): (factors: Float64Array) => number {
  const sums = upperSums(magnitudes!.counts, largest);
  const values = Math.max(1, sums.counts[0]!);
  const binOf = magnitudeBins();
  return (factors) => {
    const range = largest.reduce((most, one, c) => Math.max(most, one / factors[c]!), 0);
    const top = binOf(range);
    let best = { own: Number.POSITIVE_INFINITY, weighted: 0 };
    for (let below = 0; below <= Math.min(CLIPS, top); below++) {
      const clip = below === 0 ? range : binStart(top + 1 - below);
      const errors = errorsAt(clip, clip / steps);
      if (errors.own < best.own) best = errors;
      // The error grows on both sides of the best clip.
      else if (errors.own > 2 * best.own) break;
    }
    return best.weighted / values;

    function errorsAt(clip: number, step: number): { own: number; weighted: number } {
      let [own, weighted] = [0, 0];
      for (const [c, factor] of factors.entries()) {
        const error = channelError(c, clip * factor, step * factor);
        own += error / (factor * factor);
        weighted += error * weights[c]!;
      }
      return { own, weighted };
    }
  };

  /** The first bin whose values count as x or more. */
  function firstFrom(x: number): number {
    const bin = binOf(x);
    return middleOf(bin) < x ? bin + 1 : bin;
  }

  function channelError(channel: number, clip: number, step: number): number {
    const { counts, values: linear, squares } = sums;
    const first = channel * WIDTH;
    const beyond = first + (clip >= largest[channel]! ? MAGNITUDE_BINS : firstFrom(clip));
    const within = Math.min(beyond, first + firstFrom(step / 2));
    const vanished = squares[first]! - squares[within]!;
    const rounded = ((counts[within]! - counts[beyond]!) * step * step) / 12;
    const clipped = squares[beyond]! - 2 * clip * linear[beyond]! + clip * clip * counts[beyond]!;
    return vanished + rounded + clipped;
  }
}

function middleOf(bin: number): number {
  return bin === 0 ? 0 : (binStart(bin) + binStart(bin + 1)) / 2;
}

function upperSums(counts: Uint32Array, largest: Float64Array): UpperSums {
  const length = largest.length * WIDTH;
  const sums = {
    counts: new Float64Array(length),
    values: new Float64Array(length),
    squares: new Float64Array(length),
  };
  for (let channel = 0; channel < largest.length; channel++)
    for (let bin = MAGNITUDE_BINS - 1; bin >= 0; bin--) {
      const count = counts[channel * MAGNITUDE_BINS + bin]!;
      const value = Math.min(middleOf(bin), largest[channel]!);
      const i = channel * WIDTH + bin;
      sums.counts[i] = sums.counts[i + 1]! + count;
      sums.values[i] = sums.values[i + 1]! + count * value;
      sums.squares[i] = sums.squares[i + 1]! + count * value * value;
    }
  return sums;
}
