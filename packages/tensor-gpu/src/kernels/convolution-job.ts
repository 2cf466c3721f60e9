import type { GraphNode } from '@mnnquant/graph';

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

/** A run of output channels whose weights fit into one array. */
export interface OutputRange {
  readonly first: number;
  readonly count: number;
}

/**
 * Output channels in runs whose weights fit into an array of the device.
 *
 * @param inner weights per output channel
 */
export function outputRanges(outputs: number, inner: number, maxArrayBytes: number): OutputRange[] {
  const fitting = Math.max(1, Math.floor(maxArrayBytes / (inner * 4)));
  // Programs of width 4 take them by fours.
  const most = fitting >= 4 ? fitting - (fitting % 4) : fitting;
  return Array.from({ length: Math.ceil(outputs / most) }, (_, i) => ({
    first: i * most,
    count: Math.min(most, outputs - i * most),
  }));
}

/** Weights [O, inner] of some output channels as [inner, count]: neighbouring threads read neighbouring outputs. */
export function packWeights(
  weight: ArrayLike<number>,
  inner: number,
  { first, count }: OutputRange,
): Float32Array {
  const packed = new Float32Array(inner * count);
  for (let o = 0; o < count; o++) {
    const row = (first + o) * inner;
    for (let k = 0; k < inner; k++) packed[k * count + o] = weight[row + k];
  }
  return packed;
}

/** Bias of some output channels; zeros where there is none. */
export function packBias(bias: ArrayLike<number> | undefined, { first, count }: OutputRange): Float32Array {
  return Float32Array.from({ length: count }, (_, o) => bias?.[first + o] ?? 0);
}
