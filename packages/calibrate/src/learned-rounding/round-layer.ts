import { DEPTHWISE_SMALLEST_SCALE } from '../weights/grid.ts';
import type { QuantizedWeights } from '../weights/weight-quantizer.ts';
import type { Layer } from './layer.ts';
import { meansOf, problemOf } from './problem.ts';
import { roundOutput } from './round-output.ts';

/** What learning did to a layer. Energies of what the layer computes, around the mean, summed up over its outputs. */
export interface LearnedLayer {
  readonly name: string;
  readonly signal: number;
  /** Error with the weights of MAX_ABS. */
  readonly nearest: number;
  /** With those that were learned. */
  readonly learned: number;
}

/**
 * @param sums [groups * parts, size + 1, size + 1] of `Moments`
 * @throws {WeightError} naming the layer whose weights are not finite
 */
export function roundLayer(
  { name, attributes, groups, parts, size }: Layer,
  sums: Float64Array,
  { clamp, bits }: { readonly clamp: number; readonly bits: number },
): { readonly weights: QuantizedWeights; readonly layer: LearnedLayer } {
  const { outputChannels, depthwise, bias: given } = attributes;
  const weight = attributes.weight!;
  const area = parts * size;
  const quantized = new Int8Array(weight.length);
  const scales = new Float32Array(outputChannels);
  const bias = Float32Array.from({ length: outputChannels }, (_, channel) => given?.[channel] ?? 0);
  const smallestScale = depthwise ? DEPTHWISE_SMALLEST_SCALE : 0;
  const totals = { signal: 0, nearest: 0, learned: 0 };
  const perGroup = outputChannels / groups;
  for (let group = 0; group < groups; group++) {
    const own = Array.from({ length: parts }, (_, part) => pieceOf(sums, group * parts + part, size));
    const problems = own.map((piece) => problemOf(piece, size));
    const means = own.map((piece) => meansOf(piece, size));
    for (let channel = group * perGroup; channel < (group + 1) * perGroup; channel++) {
      const row = weight.subarray(channel * area, (channel + 1) * area);
      const whole = quantized.subarray(channel * area, (channel + 1) * area);
      const rounded = roundOutput(
        problems,
        row,
        { clamp, smallestScale, name: `${name}, output channel ${channel}` },
        whole,
      );
      scales[channel] = rounded.scale;
      bias[channel] = bias[channel]! + meanError(row, whole, rounded.scale, means);
      for (const key of ['signal', 'nearest', 'learned'] as const) totals[key] += rounded[key];
    }
  }
  return { weights: { quantized, scales, bits, bias }, layer: { name, ...totals } };
}

function pieceOf(sums: Float64Array, piece: number, size: number): Float64Array {
  const length = (size + 1) ** 2;
  return sums.subarray(piece * length, (piece + 1) * length);
}

/** By how much rounded weights compute too little on the average. */
function meanError(
  row: Float32Array,
  whole: Int8Array,
  scale: number,
  means: readonly Float64Array[],
): number {
  let sum = 0;
  let at = 0;
  for (const part of means) for (const mean of part) sum += (row[at]! - whole[at++]! * scale) * mean;
  return sum;
}
