import { DEPTHWISE_SMALLEST_SCALE } from '../weights/grid.ts';
import type { QuantizedWeights } from '../weights/weight-quantizer.ts';
import type { Layer } from './layer.ts';
import type { LayerMoments } from './moments.ts';
import { meansOf, problemOf } from './problem.ts';
import { type OutputWeights, type RoundedOutput, roundNearest, roundOutputs } from './round-outputs.ts';

/** Outputs that are rounded side by side: the more, the less often the moments are read; their errors should fit a second-level cache. */
const TOGETHER = 16;

/** What learning did to a layer. Energies of what the layer computes, around the mean, summed up over its outputs. */
export interface LearnedLayer {
  readonly name: string;
  readonly signal: number;
  /** Error with the weights of MAX_ABS. */
  readonly nearest: number;
  /** With those that were learned. */
  readonly learned: number;
  /** Windows that were left out, as some value in them is not finite; counted once for every group. */
  readonly leftOut: number;
}

export interface RoundLayerOptions {
  readonly clamp: number;
  readonly bits: number;
  /** Called again and again while it computes, with the share that is done; what it throws ends that. */
  onShare?(share: number): void;
  /** Awaited where other work may be let in. */
  pause?(): Promise<void> | undefined;
}

/**
 * Rounds a layer's weights for what was seen of its inputs. A group of which no window is left, or values are so large that their products are
 * not finite, has the weights of MAX_ABS and the bias as it is; its energies are 0.
 *
 * @throws {WeightError} naming the layer whose weights are not finite
 */
export async function roundLayer(
  layer: Layer,
  { origin, sums, leftOut }: LayerMoments,
  options: RoundLayerOptions,
): Promise<{ readonly weights: QuantizedWeights; readonly layer: LearnedLayer }> {
  const { groups, parts, size } = layer;
  const { outputChannels, bias: given } = layer.attributes;
  const result = resultOf(layer, options.bits);
  const totals = { signal: 0, nearest: 0, learned: 0 };
  const perGroup = outputChannels / groups;
  for (let group = 0; group < groups; group++) {
    const own = Array.from({ length: parts }, (_, part) => pieceOf(sums, group * parts + part, size));
    const known = own.every((piece) => piece.at(-1)! > 0 && piece.every(Number.isFinite));
    if (!known) for (const piece of own) piece.fill(0);
    const still = (): void => options.onShare?.(group / groups);
    const problems = own.map((piece) => problemOf(piece, size, still));
    const means = own.map((piece, part) =>
      meansOf(piece, size).map((mean, k) => origin[(group * parts + part) * size + k]! + mean),
    );
    const end = (group + 1) * perGroup;
    for (let from = group * perGroup; from < end; from += TOGETHER) {
      const to = Math.min(end, from + TOGETHER);
      const outputs = outputsOf(layer, result.quantized, from, to);
      const round = known ? roundOutputs : roundNearest;
      const rounded = round(problems, outputs, {
        clamp: options.clamp,
        smallestScale: layer.attributes.depthwise ? DEPTHWISE_SMALLEST_SCALE : 0,
      });
      for (const [i, one] of rounded.entries()) {
        result.scales[from + i] = one.scale;
        result.bias[from + i] = (given?.[from + i] ?? 0) + (known ? meanError(outputs[i]!, one, means) : 0);
        for (const key of ['signal', 'nearest', 'learned'] as const) totals[key] += one[key];
      }
      options.onShare?.(to / outputChannels);
      await options.pause?.();
    }
  }
  return { weights: result, layer: { name: layer.name, ...totals, leftOut } };
}

function resultOf(
  { attributes: { weight, outputChannels } }: Layer,
  bits: number,
): QuantizedWeights & { readonly bias: Float32Array } {
  const quantized = new Int8Array(weight!.length);
  return {
    quantized,
    scales: new Float32Array(outputChannels),
    bits,
    bias: new Float32Array(outputChannels),
  };
}

function outputsOf(
  { name, attributes, parts, size }: Layer,
  quantized: Int8Array,
  from: number,
  to: number,
): OutputWeights[] {
  const area = parts * size;
  return Array.from({ length: to - from }, (_, i) => {
    const [start, end] = [(from + i) * area, (from + i + 1) * area];
    return {
      name: `${name}, output channel ${from + i}`,
      weights: attributes.weight!.subarray(start, end),
      quantized: quantized.subarray(start, end),
    };
  });
}

function pieceOf(sums: Float64Array, piece: number, size: number): Float64Array {
  const length = (size + 1) ** 2;
  return sums.subarray(piece * length, (piece + 1) * length);
}

/** By how much rounded weights compute too little on the average. */
function meanError(
  { weights, quantized }: OutputWeights,
  { scale }: RoundedOutput,
  means: readonly Float64Array[],
): number {
  let sum = 0;
  let at = 0;
  for (const part of means) for (const mean of part) sum += (weights[at]! - quantized[at++]! * scale) * mean;
  return sum;
}
