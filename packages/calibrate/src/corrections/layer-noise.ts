import type { ConvolutionAttributes } from '@mnnquant/graph';
import type { ChannelRanges } from './channel-ranges.ts';
import { roundingError } from './rounding-error.ts';
import type { OwnConvolution } from './scale-variables.ts';

/** From 0 to the largest value of a symmetric range. */
const INT8_STEPS = 127;

/**
 * The noise of rounding input and weights to int8, at the output of a convolution, as a part of its power, for factors [C] that the
 * input's channels are divided by.
 *
 * @param ranges of its input, with magnitudes
 * @param asymmetric whether a tensor without negative values has all 255 steps for its range
 */
export function layerNoise(
  { step, depthwise }: OwnConvolution,
  ranges: ChannelRanges,
  asymmetric: boolean,
): (factors: Float64Array) => number {
  const { weight, outputChannels } = step.node.attributes as ConvolutionAttributes;
  const { power, negative } = ranges;
  const rows = weightRows(weight!, outputChannels, depthwise ? 1 : power.length);
  const energy = depthwise ? rows.energy : columnSums(rows.energy, power.length);
  const signal = energy.reduce((sum, one, c) => sum + one * power[c]!, 0);
  if (!(signal > 0)) return () => 0;
  const steps = asymmetric && !negative ? 2 * INT8_STEPS : INT8_STEPS;
  const inputNoise = roundingError(ranges, energy, steps);
  // Factors of what a depthwise convolution reads are in the scales of its weights, one for each channel.
  const weightNoise = depthwise ? () => 0 : weightError(rows, outputChannels, power);
  return (factors) => (inputNoise(factors) + weightNoise(factors)) / signal;
}

/** Of each row of weights [O, C/group], taps taken together. */
interface WeightRows {
  readonly taps: number;
  /** [O * C/group] sum of w². */
  readonly energy: Float64Array;
  /** [O * C/group] largest |w|. */
  readonly peaks: Float64Array;
}

function weightRows(weight: Float32Array, outputChannels: number, channels: number): WeightRows {
  const count = outputChannels * channels;
  const taps = weight.length / count;
  const [energy, peaks] = [new Float64Array(count), new Float64Array(count)];
  for (let row = 0; row < count; row++)
    for (let i = row * taps; i < (row + 1) * taps; i++) {
      const value = weight[i]!;
      energy[row]! += value * value;
      peaks[row] = Math.max(peaks[row]!, Math.abs(value));
    }
  return { taps, energy, peaks };
}

/** @param rows [O * channels] */
function columnSums(rows: Float64Array, channels: number): Float64Array {
  const sums = new Float64Array(channels);
  for (const [row, value] of rows.entries()) sums[row % channels]! += value;
  return sums;
}

/** Of weights with one scale for each output channel, its largest |w| being 127 steps. */
function weightError(
  { taps, peaks }: WeightRows,
  outputChannels: number,
  power: Float64Array,
): (factors: Float64Array) => number {
  const channels = power.length;
  return (factors) => {
    const read = power.reduce((sum, one, c) => sum + one / (factors[c]! * factors[c]!), 0);
    let squares = 0;
    for (let o = 0; o < outputChannels; o++) {
      let peak = 0;
      for (let c = 0; c < channels; c++) peak = Math.max(peak, peaks[o * channels + c]! * factors[c]!);
      squares += (peak / INT8_STEPS) ** 2;
    }
    return (squares * taps * read) / 12;
  };
}
