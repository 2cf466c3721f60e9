import type { BatchNorm } from '@mnnquant/mnn-format';

/** A BatchNorm layer cannot be folded; the message says which and why. */
export class BatchNormError extends Error {
  override name = 'BatchNormError';
}

/** Mean and variance per channel, to be used instead of the stored ones. */
export interface ChannelStatistics {
  readonly mean: ArrayLike<number>;
  readonly variance: ArrayLike<number>;
}

/** y = x * factor[channel] + offset[channel]. */
export interface ChannelAffine {
  readonly factor: Float64Array;
  readonly offset: Float64Array;
}

/**
 * What a BatchNorm layer computes, in float64: factor = slope / sqrt(variance + epsilon),
 * offset = bias - mean * factor (MNN 3.6.1 TransformBatchNormal.cpp, which rounds to float32 in between).
 *
 * A missing slope is 1, a missing bias 0.
 *
 * @throws {BatchNormError} where a length is wrong or a number is not usable
 */
export function channelAffine(
  layer: BatchNorm,
  where: string,
  statistics: ChannelStatistics | undefined = undefined,
): ChannelAffine {
  const { channels, epsilon } = layer;
  const slope = perChannel('slope', layer.slopeData ?? new Float32Array(channels).fill(1), channels, where);
  const bias = perChannel('bias', layer.biasData ?? new Float32Array(channels), channels, where);
  const mean = perChannel('mean', statistics?.mean ?? layer.meanData, channels, where);
  const variance = perChannel('variance', statistics?.variance ?? layer.varData, channels, where);
  const factor = new Float64Array(channels);
  const offset = new Float64Array(channels);
  for (let c = 0; c < channels; c++) {
    // A variance that rounding made a little negative is fine where epsilon outweighs it.
    const spread = variance[c]! + epsilon;
    if (!(spread > 0))
      throw new BatchNormError(
        `${where}: expected a variance that is positive with epsilon ${epsilon} added, got ${variance[c]} for channel ${c}`,
      );
    factor[c] = slope[c]! / Math.sqrt(spread);
    offset[c] = bias[c]! - mean[c]! * factor[c]!;
  }
  return { factor, offset };
}

function perChannel(
  what: string,
  values: ArrayLike<number> | undefined,
  channels: number,
  where: string,
): ArrayLike<number> {
  if (values?.length !== channels)
    throw new BatchNormError(
      `${where}: expected ${channels} ${what} values, got ${values?.length ?? 'none'}`,
    );
  for (let c = 0; c < channels; c++) {
    if (!Number.isFinite(values[c]))
      throw new BatchNormError(`${where}: expected finite ${what} values, got ${values[c]} for channel ${c}`);
  }
  return values;
}
