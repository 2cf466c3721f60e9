import { CoordinateTransformationMode, PadMode, PoolPadType } from '@mnnquant/mnn-format';
import type { NamedCase } from './named-case.ts';
import { normalData } from './normal-data.ts';
import type { OpCaseInput } from './op.ts';
import type { ConvolutionAttributes } from './ops/convolution-attributes.ts';
import type { DeconvolutionAttributes } from './ops/deconvolution.ts';
import type { InterpAttributes } from './ops/interp.ts';
import type { MatMulAttributes } from './ops/mat-mul.ts';
import type { PoolAttributes } from './ops/pooling-attributes.ts';

/** A case that has no title yet. */
export type UntitledCase = Omit<NamedCase, 'title'>;

/** What differs from a 3x3 convolution of one group, with stride 1 and no padding. */
export interface ConvolutionShape extends Partial<Omit<ConvolutionAttributes, 'weight' | 'bias'>> {
  /** N, C, H, W. */
  readonly input: readonly number[];
  readonly output: number;
}

/** A convolution with weights and bias of its own, depthwise where that is said. */
export function convolutionCase({ input, output, ...rest }: ConvolutionShape): UntitledCase {
  const kernel = rest.kernel ?? [3, 3];
  const group = Math.max(1, rest.group ?? 1);
  const attributes: ConvolutionAttributes = {
    depthwise: false,
    outputChannels: output,
    inputChannels: input[1],
    stride: [1, 1],
    dilation: [1, 1],
    padMode: PadMode.CAFFE,
    pads: [0, 0, 0, 0],
    relu: false,
    relu6: false,
    ...rest,
    kernel,
    group: rest.group ?? 0,
    weight: normalData((output * input[1] * kernel[0] * kernel[1]) / group, 7),
    bias: normalData(output, 11),
  };
  const op = rest.depthwise ? 'ConvolutionDepthwise' : 'Convolution';
  return { op, attributes, inputs: [{ shape: input }] };
}

/** The same padding on all sides. */
export const around = (pad: number) => [pad, pad, pad, pad] as const;

/** A product of matrices of which neither is known beforehand. */
export function matMulCase(
  a: readonly number[],
  b: readonly number[],
  attributes: Partial<MatMulAttributes> = {},
  bias?: number,
): UntitledCase {
  const inputs = [{ shape: a }, { shape: b }];
  if (bias !== undefined) inputs.push({ shape: [bias] });
  return {
    op: 'MatMul',
    attributes: { transposeA: false, transposeB: false, ...attributes },
    inputs,
    setting: { isKnown: () => false },
  };
}

/** By default the maximum over 3x3 with stride 2, without padding. */
export function poolCase(input: readonly number[], options: Partial<PoolAttributes>): UntitledCase {
  const attributes: PoolAttributes = {
    kind: 'max',
    global: false,
    kernel: [3, 3],
    stride: [2, 2],
    padType: PoolPadType.CAFFE,
    ceil: false,
    pads: [0, 0, 0, 0],
    countPadding: false,
    indices: false,
    ...options,
  };
  return { op: 'Pooling', attributes, inputs: [{ shape: input }] };
}

/** To a size, with the centres of pixels at halves. */
export function interpCase(
  input: OpCaseInput,
  method: InterpAttributes['method'],
  height: number,
  width: number,
): UntitledCase {
  const attributes: InterpAttributes = {
    method,
    mode: CoordinateTransformationMode.HalfPixels,
    alignCorners: false,
    halfPixelCenters: false,
    size: [0, height, width],
    scales: [1, 1, 1],
  };
  return { op: 'Interp', attributes, inputs: [input] };
}

/** By default 4x4 with stride 2, which doubles the size. */
export function deconvolutionCase(
  input: readonly number[],
  output: number,
  options: Partial<DeconvolutionAttributes> = {},
): UntitledCase {
  const { kernel = [4, 4], group = 0 } = options;
  const attributes: DeconvolutionAttributes = {
    depthwise: false,
    outputChannels: output,
    inputChannels: input[1],
    stride: [2, 2],
    dilation: [1, 1],
    padMode: PadMode.CAFFE,
    pads: [1, 1, 1, 1],
    outPads: [0, 0],
    hasOutputShape: false,
    relu: false,
    relu6: false,
    ...options,
    kernel,
    group,
    weight: normalData((output * input[1] * kernel[0] * kernel[1]) / Math.max(1, group), 7),
    bias: normalData(output, 11),
  };
  return { op: 'Deconvolution', attributes, inputs: [{ shape: input }] };
}
