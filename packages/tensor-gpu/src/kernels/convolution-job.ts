import type { GraphNode } from '@mnnquant/graph';
import type { OutputRange } from './output-ranges.ts';

/** A convolution with all shapes known: x [N,C,H,W] · w [O,C/g,kH,kW] → y [N,O,oH,oW]. Extents in elements. */
export interface ConvolutionJob {
  /** Whom the packed weights belong to. */
  readonly owner: GraphNode;
  readonly batch: number;
  readonly group: number;
  /** C / g. */
  readonly channels: number;
  readonly outputs: number;
  readonly height: number;
  readonly width: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly kernel: readonly [height: number, width: number];
  readonly stride: readonly [vertical: number, horizontal: number];
  readonly dilation: readonly [vertical: number, horizontal: number];
  /** Top and left; negative ones crop. */
  readonly pad: readonly [number, number];
  readonly weight: Float32Array;
  readonly bias: Float32Array | undefined;
  /** Bounds of the fused activation; -Infinity and Infinity for none. */
  readonly lo: number;
  readonly hi: number;
}

/** Outputs whose weights are packed together: one line of cache of each is enough for all. */
const PACKED_TOGETHER = 16;

/** Weights [O, inner] of some output channels as [inner, count]: neighbouring threads read neighbouring outputs. */
export function packWeights(
  weight: ArrayLike<number>,
  inner: number,
  { first, count }: OutputRange,
): Float32Array {
  const packed = new Float32Array(inner * count);
  for (let block = 0; block < count; block += PACKED_TOGETHER) {
    const end = Math.min(block + PACKED_TOGETHER, count);
    for (let k = 0; k < inner; k++)
      for (let o = block; o < end; o++) packed[k * count + o] = weight[(first + o) * inner + k];
  }
  return packed;
}
