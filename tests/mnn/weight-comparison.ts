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
  const other = new Map((theirs.net.oplists ?? []).map((op) => [op.name, op]));
  const toDefinition: number[] = [];
  const toOurs: number[] = [];
  const errors = { ours: 0, theirs: 0 };
  let without = 0;
  for (const [index, mine] of ours) {
    const { name, main } = model.net.oplists![index];
    const weights = decodeConvolutionWeights(main!.value as Convolution2D, name!);
    const written = other.get(name)!.main!.value as Convolution2D;
    const alpha = written.quanParameter?.alpha;
    if (alpha === undefined) continue;
    const decoded = decodeConvolutionWeights(written, name!);
    const area = weights.length / alpha.length;
    for (const [channel, scale] of alpha.entries()) {
      if (!(scale > MNN_ZEROES)) {
        without++;
        continue;
      }
      const [from, to] = [channel * area, (channel + 1) * area];
      const row = weights.subarray(from, to);
      const own = mine.scales[channel];
      toDefinition.push(Math.abs(scale / byDefinition(row, clamp) - 1));
      toOurs.push(Math.abs(scale / own - 1));
      errors.ours += squaredError(
        row,
        Float32Array.from(mine.quantized.subarray(from, to), (q) => q * own),
      );
      errors.theirs += squaredError(row, decoded.subarray(from, to));
    }
  }
  const ascending = (list: number[]) => list.sort((a, b) => a - b);
  return {
    channels: toOurs.length,
    without,
    toDefinition: ascending(toDefinition),
    toOurs: ascending(toOurs),
    errors,
  };
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
