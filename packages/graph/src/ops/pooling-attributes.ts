import { AvgPoolCountType, type Op, type Pool, PoolPadType, PoolType } from '@mnnquant/mnn-format';
import { channelAxis, spatialAxis } from '../format.ts';
import { GraphError, type ParseContext } from '../op.ts';
import type { TensorDesc } from '../tensor.ts';
import { parameter } from './support/parameter.ts';
import { imageShape } from './support/strides.ts';
import { paddedWindow, sameWindow, validWindow, type WindowAxis } from './support/window.ts';

export interface PoolAttributes {
  readonly kind: 'max' | 'average';
  readonly global: boolean;
  readonly kernel: readonly [height: number, width: number];
  readonly stride: readonly [vertical: number, horizontal: number];
  readonly padType: number;
  readonly ceil: boolean;
  /** Top, left, bottom, right. */
  readonly pads: readonly [number, number, number, number];
  /** Whether an average divides by the window's size with padding or by the pixels it really has. */
  readonly countPadding: boolean;
  /** A second output says where the maxima are. */
  readonly indices: boolean;
}

export function parsePool(op: Op, context: ParseContext): PoolAttributes {
  const { where } = context;
  const table = parameter(op, 'Pool', context);
  if (table.type !== PoolType.MAXPOOL && table.type !== PoolType.AVEPOOL) {
    throw new GraphError(`${where}: expected maximum or average pooling, got type ${table.type}`);
  }
  if (!table.isGlobal && Math.min(table.kernelX, table.kernelY, table.strideX, table.strideY) < 1) {
    throw new GraphError(
      `${where}: expected kernel and stride of at least 1, got ${table.kernelY}x${table.kernelX} and ${table.strideY}x${table.strideX}`,
    );
  }
  return {
    kind: table.type === PoolType.MAXPOOL ? 'max' : 'average',
    global: table.isGlobal,
    kernel: [table.kernelY, table.kernelX],
    stride: [table.strideY, table.strideX],
    padType: table.padType,
    ceil: table.ceilModel,
    pads: padsOf(table, where),
    countPadding: countsPadding(table.countType, table.padType, table.pads !== undefined),
    indices: context.outputCount > 1,
  };
}

function padsOf({ pads, padX, padY, padType, isGlobal }: Pool, where: string): PoolAttributes['pads'] {
  if (isGlobal) return [0, 0, 0, 0];
  const four = fourPads(pads === undefined ? [padY, padX, padY, padX] : Array.from(pads), padY, padX, where);
  if (padType !== PoolPadType.CAFFE && four.some((pad) => pad !== 0)) {
    throw new GraphError(`${where}: expected no explicit padding with SAME or VALID, got [${four}]`);
  }
  return four;
}

/** Two pads only lengthen the columns: where windows begin is in `padY` and `padX` then (ShapePool.cpp, CPUPool.cpp). */
function fourPads(
  pads: readonly number[],
  padY: number,
  padX: number,
  where: string,
): PoolAttributes['pads'] {
  if (pads.length === 4) return [pads[0], pads[1], pads[2], pads[3]];
  if (pads.length === 2) return [padY, padX, pads[0] + pads[1] - padY, -padX];
  throw new GraphError(
    `${where}: expected two pads (top, bottom) or four (top, left, bottom, right), got [${pads}]`,
  );
}

/** MNN 3.6.1 CPUPool.cpp: by default only Caffe's padding without a `pads` array counts. */
function countsPadding(countType: number, padType: number, explicitPads: boolean): boolean {
  if (countType !== AvgPoolCountType.DEFAULT) return countType === AvgPoolCountType.INCLUDE_PADDING;
  return padType === PoolPadType.CAFFE && !explicitPads;
}

/** A pooling with every size known. */
export interface PoolGeometry {
  readonly batch: number;
  readonly channels: number;
  readonly inputHeight: number;
  readonly inputWidth: number;
  readonly outputHeight: number;
  readonly outputWidth: number;
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly padTop: number;
  readonly padLeft: number;
  /** Height and width up to which padding counts in an average. */
  readonly countedHeight: number;
  readonly countedWidth: number;
}

export function poolGeometry(
  attributes: PoolAttributes,
  input: Pick<TensorDesc, 'shape' | 'layout'>,
  where: string,
): PoolGeometry {
  const { layout } = input;
  const shape = imageShape(input);
  if (shape.length !== 4 || input.shape.length < 3)
    throw new GraphError(`${where}: expected a 4-D or 3-D input, got [${input.shape}]`);
  const inputHeight = shape[spatialAxis(layout)];
  const inputWidth = shape[spatialAxis(layout) + 1];
  const [vertical, horizontal] = [axisOf(attributes, 0, inputHeight), axisOf(attributes, 1, inputWidth)];
  if (vertical.outputSize < 1 || horizontal.outputSize < 1) {
    throw new GraphError(
      `${where}: a ${attributes.kernel.join('x')} window does not fit into ${inputHeight}x${inputWidth} pixels`,
    );
  }
  return {
    batch: shape[0],
    channels: shape[channelAxis(layout, 4)],
    inputHeight,
    inputWidth,
    outputHeight: vertical.outputSize,
    outputWidth: horizontal.outputSize,
    kernel: [vertical.kernel, horizontal.kernel],
    stride: attributes.global ? [1, 1] : attributes.stride,
    padTop: vertical.padBefore,
    padLeft: horizontal.padBefore,
    // The padding in front, on both sides: MNN looks at that one only (CPUPool.hpp).
    countedHeight: inputHeight + vertical.padBefore,
    countedWidth: inputWidth + horizontal.padBefore,
  };
}

/** Whether every window holds at least one pixel; others take the nearest one or average to 0. */
export function windowsHoldPixels(g: PoolGeometry): boolean {
  const startsInside = (outputs: number, stride: number, pad: number, input: number): boolean =>
    (outputs - 1) * stride - pad < input;
  return (
    g.kernel[0] > g.padTop &&
    g.kernel[1] > g.padLeft &&
    startsInside(g.outputHeight, g.stride[0], g.padTop, g.inputHeight) &&
    startsInside(g.outputWidth, g.stride[1], g.padLeft, g.inputWidth)
  );
}

function axisOf(
  attributes: PoolAttributes,
  axis: 0 | 1,
  input: number,
): WindowAxis & { readonly kernel: number } {
  if (attributes.global) return { outputSize: 1, padBefore: 0, kernel: input };
  const stride = attributes.stride[axis];
  if (attributes.padType === PoolPadType.SAME) {
    const kernel = attributes.kernel[axis];
    const { outputSize, padBefore } = sameWindow(input, kernel, stride);
    return { outputSize, padBefore: Math.max(0, padBefore), kernel };
  }
  const [before, after] = [attributes.pads[axis], attributes.pads[axis + 2]];
  // A window larger than the padded image is cut to it, as MNN does (ShapePool.cpp).
  const kernel = Math.min(attributes.kernel[axis], input + before + after);
  if (attributes.padType === PoolPadType.VALID) return { ...validWindow(input, kernel, stride), kernel };
  return { ...paddedWindow(input, kernel, stride, before, after, attributes.ceil), kernel };
}
