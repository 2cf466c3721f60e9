import { type Convolution2D, decodeConvolutionWeights, type Op, OpType } from '@mnnquant/mnn-format';
import { BatchNormError, type ChannelAffine } from './affine.ts';

const CONVOLUTIONS: ReadonlySet<number> = new Set([OpType.Convolution, OpType.ConvolutionDepthwise]);
const DECONVOLUTIONS: ReadonlySet<number> = new Set([OpType.Deconvolution, OpType.DeconvolutionDepthwise]);

/** Whether a factor and an offset per output channel can go into the op's weights and bias. */
export function takesAffine(op: Op): boolean {
  if (!CONVOLUTIONS.has(op.type) && !DECONVOLUTIONS.has(op.type)) return false;
  if (op.main?.type !== 'Convolution2D' || op.inputIndexes?.length !== 1) return false;
  const { common } = op.main.value;
  return common !== undefined && !common.relu && !common.relu6;
}

/**
 * The convolution followed by the affine map, as one convolution with float weights.
 *
 * Weights and bias are computed in float64 and rounded once. Compressed weights come back as floats:
 * with the factors their grids would be other ones.
 *
 * @param op one that {@link takesAffine}
 * @throws {BatchNormError} where the channels do not fit
 */
export function scaleConvolution(op: Op, { factor, offset }: ChannelAffine, where: string): Convolution2D {
  const conv = op.main?.value as Convolution2D;
  const channels = conv.common?.outputCount ?? 0;
  if (channels !== factor.length)
    throw new BatchNormError(
      `${where}: expected ${channels} channels as its convolution has, got ${factor.length}`,
    );
  const source = decodeConvolutionWeights(conv, where);
  const channelOf = channelOfWeight(op, conv, source.length, where);
  const bias = conv.bias ?? new Float32Array(channels);
  if (bias.length !== channels)
    throw new BatchNormError(`${where}: expected ${channels} biases of its convolution, got ${bias.length}`);
  return {
    ...conv,
    weight: source.map((value, i) => value * factor[channelOf(i)]!),
    bias: bias.map((value, c) => value * factor[c]! + offset[c]!),
    quanParameter: undefined,
    symmetricQuan: undefined,
    external: undefined,
  };
}

/** Output channel by position: [oc, ic/group, ky, kx], a deconvolution [ic, oc/group, ky, kx]. */
function channelOfWeight(
  op: Op,
  { common }: Convolution2D,
  length: number,
  where: string,
): (position: number) => number {
  const { outputCount, kernelX, kernelY } = common!;
  const depthwise = op.type === OpType.DeconvolutionDepthwise;
  const group = depthwise ? outputCount : Math.max(1, common!.group);
  const plane = kernelX * kernelY;
  const perGroup = DECONVOLUTIONS.has(op.type) ? outputCount / group : outputCount;
  const whole = DECONVOLUTIONS.has(op.type) ? outputCount * plane : outputCount;
  if (length === 0 || length % whole !== 0 || !Number.isInteger(perGroup))
    throw new BatchNormError(
      `${where}: ${length} weights of its convolution do not divide into ${outputCount} channels and ${group} groups`,
    );
  if (CONVOLUTIONS.has(op.type)) return (i) => Math.floor(i / (length / outputCount));
  const groupLength = length / group;
  return (i) => Math.floor(i / groupLength) * perGroup + (Math.floor(i / plane) % perGroup);
}
