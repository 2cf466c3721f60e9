import { channelAxis, elementCount, type TensorData, type TensorDesc } from '@mnnquant/graph';

/** Mean and biased variance per channel of what was added so far, in float64. */
export interface ChannelMoments {
  /** Values per channel. */
  count: number;
  readonly mean: Float64Array;
  /** Sums of squared deviations from the mean. */
  readonly squares: Float64Array;
}

export function emptyMoments(channels: number): ChannelMoments {
  return { count: 0, mean: new Float64Array(channels), squares: new Float64Array(channels) };
}

/** Sum of squared deviations over the number of values; 0 where there are none. */
export function biasedVariance({ count, squares }: ChannelMoments): Float64Array {
  return squares.map((sum) => (count > 0 ? sum / count : 0));
}

/**
 * Adds one tensor: its own mean and squares in two passes, then merged with those before it (Chan,
 * Golub, LeVeque 1979), which loses nothing where the mean is large.
 *
 * @param data as long as the shape of `desc`
 */
export function addMoments(
  moments: ChannelMoments,
  data: TensorData,
  desc: Pick<TensorDesc, 'shape' | 'layout'>,
): void {
  const { outer, channels, plane } = channelView(desc);
  const count = outer * plane;
  if (count === 0) return;
  const total = moments.count + count;
  for (let c = 0; c < channels; c++) {
    const mean = sumOver(data, c, { outer, channels, plane }, 0, false) / count;
    const squares = sumOver(data, c, { outer, channels, plane }, mean, true);
    const apart = mean - moments.mean[c]!;
    moments.mean[c]! += (apart * count) / total;
    moments.squares[c]! += squares + (apart * apart * moments.count * count) / total;
  }
  moments.count = total;
}

/** A tensor as [outer, channels, plane], whatever its layout. */
export interface ChannelView {
  readonly outer: number;
  readonly channels: number;
  readonly plane: number;
}

export function channelView({ shape, layout }: Pick<TensorDesc, 'shape' | 'layout'>): ChannelView {
  const axis = channelAxis(layout, shape.length);
  return {
    outer: elementCount(shape.slice(0, axis)),
    channels: shape[axis] ?? 1,
    plane: elementCount(shape.slice(axis + 1)),
  };
}

function sumOver(
  data: TensorData,
  channel: number,
  { outer, channels, plane }: ChannelView,
  centre: number,
  squared: boolean,
): number {
  let sum = 0;
  for (let n = 0; n < outer; n++) {
    const start = (n * channels + channel) * plane;
    for (let i = start; i < start + plane; i++) {
      const value = data[i]! - centre;
      sum += squared ? value * value : value;
    }
  }
  return sum;
}
