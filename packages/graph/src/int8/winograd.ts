import { GraphError } from '../op.ts';
import {
  type ConvolutionAttributes,
  type ConvolutionGeometry,
  convolutionGeometry,
} from '../ops/convolution-attributes.ts';
import type { TensorDesc } from '../tensor.ts';

/** What both halves of a convolution by Winograd's method know of its tiles. */
export interface WinogradTiles {
  /** Of the float op; its weights are not used. */
  readonly op: ConvolutionAttributes;
  /** Output pixels of a tile in each direction. */
  readonly unit: number;
}

/** How an image is cut into tiles. */
export interface TileGrid {
  readonly geometry: ConvolutionGeometry;
  /** Extent of an input tile. */
  readonly alpha: number;
  readonly rows: number;
  readonly columns: number;
}

/** @throws {GraphError} where the kernel is not square, moves by more than 1, or the input is no image */
export function tileGrid({ op, unit }: WinogradTiles, input: TensorDesc, where: string): TileGrid {
  const [kernel, width] = op.kernel;
  if (kernel !== width || op.stride.some((step) => step !== 1) || op.dilation.some((step) => step !== 1))
    throw new GraphError(
      `${where}: expected a square kernel with stride and dilation 1, got ${kernel}x${width} with ${op.stride} and ${op.dilation}`,
    );
  if (input.shape.length !== 4 || input.layout === 'NHWC')
    throw new GraphError(`${where}: expected an input [N, C, H, W], got [${input.shape}] in ${input.layout}`);
  const geometry = convolutionGeometry(op, input, undefined, where);
  return {
    geometry,
    alpha: unit + kernel - 1,
    rows: Math.ceil(geometry.outputHeight / unit),
    columns: Math.ceil(geometry.outputWidth / unit),
  };
}
