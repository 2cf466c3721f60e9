import type { GraphNode } from '@mnnquant/graph';
import type { GpuArray } from '../device/gpu-array.ts';
import type { GpuKernel, KernelContext } from './context.ts';
import { joined } from './moves/join.ts';

/** A run of output channels whose weights fit into one array. */
export interface OutputRange {
  readonly first: number;
  readonly count: number;
}

/** What is multiplied with weights and summed up: x · w [O, inner] → y [N, O, plane]. */
export interface WeightedSum {
  /** Whom the packed weights belong to. */
  readonly owner: GraphNode;
  readonly batch: number;
  readonly outputs: number;
  /** Values of one output channel. */
  readonly plane: number;
  /** Weights of one output channel. */
  readonly inner: number;
  readonly bias: ArrayLike<number> | undefined;
  /** Weights of some outputs in the order in which they are read. */
  readonly pack: (range: OutputRange) => Float32Array;
}

/** Computes some output channels: x, packed weights and bias [count] → [N, count, plane]. */
export type RangeStep = (x: GpuArray, w: GpuArray, bias: GpuArray, range: OutputRange) => Promise<GpuArray>;

/** Output channels in runs whose weights fit into an array of the device. */
export function outputRanges({ outputs, inner }: WeightedSum, maxArrayBytes: number): OutputRange[] {
  const fitting = Math.max(1, Math.floor(maxArrayBytes / (inner * 4)));
  // Programs of width 4 take them by fours.
  const most = fitting >= 4 ? fitting - (fitting % 4) : fitting;
  return Array.from({ length: Math.ceil(outputs / most) }, (_, i) => ({
    first: i * most,
    count: Math.min(most, outputs - i * most),
  }));
}

/**
 * Computes the ranges one after the other and joins them. Weights are packed and uploaded when the first sample comes.
 *
 * @returns `undefined` where one output channel's weights alone are too large, or the results cannot be joined
 */
export function inRanges(
  context: KernelContext,
  sum: WeightedSum,
  ranges: readonly OutputRange[],
  step: RangeStep,
): GpuKernel | undefined {
  const { batch, inner, plane } = sum;
  if (inner * 4 > context.device.maxArrayBytes) return undefined;
  const widths = ranges.map(({ count }) => count * plane);
  const join = joined(context.device, batch, widths);
  if (join === undefined) return undefined;
  return async ([x]) => {
    const parts: GpuArray[] = [];
    try {
      for (const range of ranges) {
        const { w, bias } = await constantsOf(context, sum, range);
        parts.push(await step(x!, w, bias, range));
      }
      return [await join(parts)];
    } finally {
      for (const part of parts) part.release();
    }
  };
}

async function constantsOf(
  { constants }: KernelContext,
  { owner, bias, pack }: WeightedSum,
  range: OutputRange,
): Promise<{ readonly w: GpuArray; readonly bias: GpuArray }> {
  return {
    w: await constants.get(owner, `weights from ${range.first}`, () => pack(range)),
    bias: await constants.get(owner, `bias from ${range.first}`, () => packBias(bias, range)),
  };
}

/** Bias of some output channels; zeros where there is none. */
function packBias(bias: ArrayLike<number> | undefined, { first, count }: OutputRange): Float32Array {
  return Float32Array.from({ length: count }, (_, o) => bias?.[first + o] ?? 0);
}
