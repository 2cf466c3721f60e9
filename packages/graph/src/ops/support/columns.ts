import { type Op, PadMode } from '@mnnquant/mnn-format';
import { GraphError, type ParseContext } from '../../op.ts';
import { padsOf, positivePair } from '../convolution-attributes.ts';
import { parameter } from './parameter.ts';
import { paddedWindow } from './window.ts';

/** Windows over images, each of which becomes a column of a matrix. */
export interface ColumnAttributes {
  readonly kernel: readonly [height: number, width: number];
  readonly stride: readonly [vertical: number, horizontal: number];
  readonly dilation: readonly [vertical: number, horizontal: number];
  /** Top, left, bottom, right. */
  readonly pads: readonly [number, number, number, number];
}

/** Attributes of a case: a window of 2x3 and nothing else, unless said otherwise. */
export function columnAttributes(options: Partial<ColumnAttributes>): ColumnAttributes {
  return { kernel: [2, 3], stride: [1, 1], dilation: [1, 1], pads: [0, 0, 0, 0], ...options };
}

export function parseColumns(op: Op, context: ParseContext): ColumnAttributes {
  const { where } = context;
  const { common } = parameter(op, 'Convolution2D', context);
  if (common === undefined) throw new GraphError(`${where}: expected the table "common", got none`);
  if (common.padMode !== PadMode.CAFFE)
    throw new GraphError(
      `${where}: expected padding mode 0 (explicit), got ${common.padMode}; write the padding as numbers`,
    );
  const [top, left, bottom, right] = Array.from(padsOf(common, where));
  return {
    kernel: positivePair(common.kernelY, common.kernelX, 'kernel', where),
    stride: positivePair(common.strideY, common.strideX, 'stride', where),
    dilation: positivePair(common.dilateY, common.dilateX, 'dilation', where),
    pads: [top, left, bottom, right],
  };
}

/** Images [N,C,H,W] and how many windows lie on each, vertically and horizontally. */
export interface ColumnGeometry {
  readonly image: readonly number[];
  readonly windows: readonly [vertical: number, horizontal: number];
}

/** @throws {GraphError} where no window fits */
export function columnGeometry(
  { kernel, stride, dilation, pads }: ColumnAttributes,
  image: readonly number[],
  where: string,
): ColumnGeometry {
  const along = (axis: 0 | 1): number => {
    const extent = (kernel[axis] - 1) * dilation[axis] + 1;
    return paddedWindow(image[2 + axis], extent, stride[axis], pads[axis], pads[axis + 2]).outputSize;
  };
  const windows = [along(0), along(1)] as const;
  if (windows[0] < 1 || windows[1] < 1)
    throw new GraphError(
      `${where}: a ${kernel.join('x')} window with dilation ${dilation.join('x')} does not fit into ` +
        `${image[2]}x${image[3]} pixels with padding ${pads}`,
    );
  return { image, windows };
}

/**
 * Every pixel under every window; places in the padding are left out.
 *
 * @param visit gets the pixel's place in the dense images, the image's number, the place under the window
 * (counted over channels, then rows, then columns) and the window's number
 */
export function eachPixel(
  { kernel, stride, dilation, pads }: ColumnAttributes,
  { image: [batch, channels, height, width], windows }: ColumnGeometry,
  visit: (pixel: number, image: number, tap: number, window: number) => void,
): void {
  const area = kernel[0] * kernel[1];
  for (let plane = 0; plane < batch * channels; plane++) {
    const [n, c] = [Math.floor(plane / channels), plane % channels];
    for (let k = 0; k < area; k++) {
      const top = Math.floor(k / kernel[1]) * dilation[0] - pads[0];
      const left = (k % kernel[1]) * dilation[1] - pads[1];
      for (let window = 0; window < windows[0] * windows[1]; window++) {
        const y = Math.floor(window / windows[1]) * stride[0] + top;
        const x = (window % windows[1]) * stride[1] + left;
        if (y < 0 || y >= height || x < 0 || x >= width) continue;
        visit((plane * height + y) * width + x, n, c * area + k, window);
      }
    }
  }
}
