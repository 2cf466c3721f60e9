import { type Convolution2D, decodeConvolutionWeights, type Op, OpType, PadMode } from '@mnnquant/mnn-format';
import { channelAxis, spatialAxis } from '../format.ts';
import { GraphError, type ParseContext } from '../op.ts';
import type { TensorDesc } from '../tensor.ts';
import { parameter } from './support/parameter.ts';
import { imageShape } from './support/strides.ts';
import { paddedWindow, sameWindow, validWindow, type WindowAxis } from './support/window.ts';

/** Attributes of Convolution and ConvolutionDepthwise; deconvolutions have these and more. */
export interface ConvolutionAttributes {
  readonly depthwise: boolean;
  /** 0 when only the input's channels tell. */
  readonly group: number;
  readonly outputChannels: number;
  /** 0 when the file does not say. */
  readonly inputChannels: number;
  readonly kernel: readonly [height: number, width: number];
  readonly stride: readonly [vertical: number, horizontal: number];
  readonly dilation: readonly [vertical: number, horizontal: number];
  readonly padMode: number;
  /** Top, left, bottom, right. */
  readonly pads: readonly [number, number, number, number];
  readonly relu: boolean;
  readonly relu6: boolean;
  /** [O, C/group, kH, kW]; `undefined` when the weights are an input. */
  readonly weight: Float32Array | undefined;
  readonly bias: Float32Array | undefined;
}

export function parseConvolution(op: Op, context: ParseContext): ConvolutionAttributes {
  const { where } = context;
  const table = parameter(op, 'Convolution2D', context);
  const { common } = table;
  if (common === undefined) throw new GraphError(`${where}: expected the table "common", got none`);
  if (table.symmetricQuan?.weight !== undefined) {
    throw new GraphError(`${where}: holds int8 weights of an already quantized model`);
  }
  const depthwise = op.type === OpType.ConvolutionDepthwise || op.type === OpType.DeconvolutionDepthwise;
  const pads = padsOf(common, where);
  const attributes: ConvolutionAttributes = {
    depthwise,
    group: groupOf(common, depthwise),
    outputChannels: common.outputCount,
    inputChannels: common.inputCount,
    kernel: positivePair(common.kernelY, common.kernelX, 'kernel', where),
    stride: positivePair(common.strideY, common.strideX, 'stride', where),
    dilation: positivePair(common.dilateY, common.dilateX, 'dilation', where),
    padMode: knownPadMode(common.padMode, where),
    pads: [pads[0], pads[1], pads[2], pads[3]],
    relu: common.relu,
    relu6: common.relu6,
    weight: context.inputCount > 1 ? undefined : decodeConvolutionWeights(table, where),
    bias: context.inputCount > 1 || table.bias?.length === 0 ? undefined : table.bias,
  };
  const transposed = op.type === OpType.Deconvolution || op.type === OpType.DeconvolutionDepthwise;
  if (attributes.weight !== undefined) checkWeights(attributes, transposed, where);
  return attributes;
}

/** Top, left, bottom, right; those in a list come before the two others. */
export function padsOf(common: NonNullable<Convolution2D['common']>, where: string): ArrayLike<number> {
  const { pads, padX, padY } = common;
  if (pads === undefined || pads.length === 0) return [padY, padX, padY, padX];
  if (pads.length < 4)
    throw new GraphError(`${where}: expected four pads (top, left, bottom, right), got [${pads}]`);
  return pads;
}

function groupOf(common: NonNullable<Convolution2D['common']>, depthwise: boolean): number {
  if (depthwise) return common.outputCount;
  return common.group > 1 ? common.group : 0;
}

export function positivePair(y: number, x: number, what: string, where: string): readonly [number, number] {
  if (y < 1 || x < 1) throw new GraphError(`${where}: expected a ${what} of at least 1x1, got ${y}x${x}`);
  return [y, x];
}

function knownPadMode(mode: number, where: string): number {
  if (mode === PadMode.CAFFE || mode === PadMode.VALID || mode === PadMode.SAME) return mode;
  throw new GraphError(`${where}: expected padding mode 0 (explicit), 1 (VALID) or 2 (SAME), got ${mode}`);
}

function checkWeights(attributes: ConvolutionAttributes, transposed: boolean, where: string): void {
  const { outputChannels, kernel, bias } = attributes;
  const perChannel = attributes.weight!.length / outputChannels / (kernel[0] * kernel[1]);
  if (outputChannels < 1 || !Number.isInteger(perChannel) || perChannel < 1) {
    throw new GraphError(
      `${where}: ${attributes.weight!.length} weights do not divide into ${outputChannels} channels of ${kernel.join('x')} windows`,
    );
  }
  const { depthwise, inputChannels, group } = attributes;
  // TensorFlow tells the channels of one group, the others those of all.
  const expected = [inputChannels, inputChannels / Math.max(1, group)];
  if (!depthwise && !transposed && inputChannels > 0 && !expected.includes(perChannel)) {
    throw new GraphError(
      `${where}: expected weights for ${inputChannels} input channels in ${Math.max(1, group)} group(s), got them for ${perChannel}`,
    );
  }
  if (bias !== undefined && bias.length !== outputChannels) {
    throw new GraphError(`${where}: expected ${outputChannels} bias values, got ${bias.length}`);
  }
}

/** A convolution with every size known. All extents in elements. */
export interface ConvolutionGeometry {
  readonly batch: number;
  readonly inputChannels: number;
  readonly inputHeight: number;
  readonly inputWidth: number;
  readonly outputChannels: number;
  readonly outputHeight: number;
  readonly outputWidth: number;
  readonly group: number;
  readonly kernel: readonly [height: number, width: number];
  readonly padTop: number;
  readonly padLeft: number;
}

/** Resolves padding mode, groups and output size for an input; shared by shape inference, reference and kernels. */
export function convolutionGeometry(
  attributes: ConvolutionAttributes,
  input: Pick<TensorDesc, 'shape' | 'layout'>,
  givenWeights: readonly number[] | undefined,
  where: string,
): ConvolutionGeometry {
  const { layout } = input;
  const shape = input.shape.length > 1 ? imageShape(input) : input.shape;
  if (shape.length !== 4)
    throw new GraphError(`${where}: expected a 4-D input (2-D or 3-D without NHWC), got [${input.shape}]`);
  if (givenWeights === undefined && attributes.weight === undefined)
    throw new GraphError(`${where}: expected its weights inside or as the second input, got neither`);
  const weightShape = givenWeights && windowShape(attributes, givenWeights, where);
  const inputChannels = shape[channelAxis(layout, 4)];
  const inputHeight = shape[spatialAxis(layout)];
  const inputWidth = shape[spatialAxis(layout) + 1];
  const outputChannels = weightShape ? weightShape[0] : attributes.outputChannels;
  const kernel: readonly [number, number] = weightShape
    ? [weightShape[2], weightShape[3]]
    : attributes.kernel;
  const perGroup = weightShape
    ? weightShape[1]
    : attributes.weight!.length / outputChannels / (kernel[0] * kernel[1]);
  const group = attributes.group > 0 ? attributes.group : inputChannels / perGroup;
  if (attributes.depthwise && outputChannels !== inputChannels && outputChannels % inputChannels === 0)
    throw new GraphError(
      `${where}: expected ${outputChannels} input channels, got ${inputChannels}: MNN's converter writes the channel multiplier of TFLite so that MNN computes something else; convert the original model through ONNX`,
    );
  if (!Number.isInteger(group) || group * perGroup !== inputChannels) {
    const expected = attributes.group > 0 ? attributes.group * perGroup : `a multiple of ${perGroup}`;
    throw new GraphError(`${where}: expected ${expected} input channels, got ${inputChannels}`);
  }
  if (outputChannels % group !== 0)
    throw new GraphError(
      `${where}: expected a multiple of ${group} output channels for ${group} groups, got ${outputChannels}`,
    );
  const vertical = windowAlong(attributes, kernel, 0, inputHeight);
  const horizontal = windowAlong(attributes, kernel, 1, inputWidth);
  if (vertical.outputSize < 1 || horizontal.outputSize < 1) {
    throw new GraphError(
      `${where}: a ${kernel.join('x')} window does not fit into ${inputHeight}x${inputWidth} pixels with padding ${attributes.pads}`,
    );
  }
  return {
    batch: shape[0],
    inputChannels,
    inputHeight,
    inputWidth,
    outputChannels,
    outputHeight: vertical.outputSize,
    outputWidth: horizontal.outputSize,
    group,
    kernel,
    padTop: vertical.padBefore,
    padLeft: horizontal.padBefore,
  };
}

/**
 * Of weights that are an input, with the window in two dimensions: one dimension is what lines have (MNN 3.6.1).
 * Depthwise ones may be [1, C, kH, kW], as TensorFlow's channel multiplier is converted to.
 */
export function windowShape(
  { kernel, depthwise, group }: Pick<ConvolutionAttributes, 'kernel' | 'depthwise' | 'group'>,
  shape: readonly number[],
  where: string,
): readonly number[] {
  if (shape.length === 4)
    return depthwise && shape[0] === 1 && shape[1] === group ? [group, 1, ...shape.slice(2)] : shape;
  const [first, second, length] = shape;
  if (shape.length === 3 && length === kernel[0] * kernel[1]) return [first, second, ...kernel];
  const names = '[O, C, kH, kW], or [O, C, k] with';
  throw new GraphError(`${where}: expected weights ${names} k = ${kernel.join(' x ')}, got [${shape}]`);
}

function windowAlong(
  { stride, dilation, pads, padMode }: ConvolutionAttributes,
  kernel: readonly [number, number],
  axis: 0 | 1,
  input: number,
): WindowAxis {
  const extent = (kernel[axis] - 1) * dilation[axis] + 1;
  if (padMode === PadMode.SAME) return sameWindow(input, extent, stride[axis]);
  if (padMode === PadMode.VALID) return validWindow(input, extent, stride[axis], pads[axis]);
  return paddedWindow(input, extent, stride[axis], pads[axis], pads[axis + 2]);
}
