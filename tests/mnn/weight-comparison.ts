import type { QuantizedWeights } from '@mnnquant/calibrate';
import { type Convolution2D, decodeConvolutionWeights, type MnnModel } from '@mnnquant/mnn-format';
import { fitScale, sortMagnitudes } from '../../packages/calibrate/src/weights/alternating-fit.ts';

/** Below this MNN's 1e-9 in the divisors decides, and MNN stores zeros whatever the scale. */
const MNN_ZEROES = 1e-6;

/** MNN's first scale lets the largest weight be this many clamps. */
const MNN_START = 1.25;

export interface WeightComparison {
  /** Channels whose scales were compared. */
  readonly channels: number;
  /** Channels left out: MNN wrote no scale that is above zero and not tiny. */
  readonly without: number;
  /**
   * Ascending, one per channel: how far MNN's scale is from MNN's definition in float64, which is
   * solved on weights that are rounded already.
   */
  readonly toDefinition: readonly number[];
  /** Ascending: how far MNN's scale is from ours. */
  readonly toOurs: readonly number[];
  /** Sums of squared differences to the float weights. */
  readonly errors: { readonly ours: number; readonly theirs: number };
}

/** Compares channel by channel what both tools made of the convolutions that both quantized. */
export function compareWeights(
  model: MnnModel,
  ours: ReadonlyMap<number, QuantizedWeights>,
  theirs: MnnModel,
  clamp: number,
): WeightComparison {
  const all = [...channels(model, ours, theirs)];
  const compared = all.filter(({ theirs: { scale } }) => scale > MNN_ZEROES);
  const ascending = (distance: (channel: Channel) => number) => compared.map(distance).sort((a, b) => a - b);
  const error = (tool: 'ours' | 'theirs') =>
    compared.reduce((sum, channel) => sum + squaredError(channel.weights, channel[tool].values), 0);
  return {
    channels: compared.length,
    without: all.length - compared.length,
    toDefinition: ascending(({ weights, theirs: { scale } }) =>
      Math.abs(scale / byDefinition(weights, clamp) - 1),
    ),
    toOurs: ascending((channel) => Math.abs(channel.theirs.scale / channel.ours.scale - 1)),
    errors: { ours: error('ours'), theirs: error('theirs') },
  };
}

/** One output channel: its float weights, and for each tool the scale and what the weights became. */
interface Channel extends Readonly<Record<'ours' | 'theirs', { scale: number; values: Float32Array }>> {
  readonly weights: Float32Array;
}

function* channels(
  model: MnnModel,
  ours: ReadonlyMap<number, QuantizedWeights>,
  theirs: MnnModel,
): Generator<Channel> {
  const written = new Map((theirs.net.oplists ?? []).map((op) => [op.name, op]));
  for (const [index, { quantized, scales }] of ours) {
    const { name, main } = model.net.oplists![index];
    const other = written.get(name)!.main!.value as Convolution2D;
    const alpha = other.quanParameter?.alpha;
    if (alpha === undefined) continue;
    const weights = decodeConvolutionWeights(main!.value as Convolution2D, name!);
    const decoded = decodeConvolutionWeights(other, name!);
    const area = weights.length / alpha.length;
    for (const [channel, scale] of scales.entries()) {
      const [from, to] = [channel * area, (channel + 1) * area];
      yield {
        weights: weights.subarray(from, to),
        ours: { scale, values: Float32Array.from(quantized.subarray(from, to), (q) => q * scale) },
        theirs: { scale: alpha[channel], values: decoded.subarray(from, to) },
      };
    }
  }
}

/** As MNN: rounded with MAX_ABS first, then alternating from a first scale that clips a fifth. */
function byDefinition(row: Float32Array, clamp: number): number {
  const step = Math.fround(row.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0) / clamp);
  const rounded = row.map((weight) => Math.abs(Math.round(weight / step)) * step);
  return fitScale(sortMagnitudes(rounded), clamp, step / MNN_START);
}

function squaredError(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + (value - b[i]) ** 2, 0);
}

/** The value below which the given share of an ascending list lies. */
export function quantile(ascending: readonly number[], share: number): number {
  return ascending[Math.round((ascending.length - 1) * share)];
}
