import { CropAndResizeMethod, OpType } from '@mnnquant/mnn-format';
import { GraphError, type OpCase, type OpDefinition } from '../op.ts';
import type { HostTensor } from '../tensor.ts';
import { knownIntegers, required } from './support/inputs.ts';
import { parameter } from './support/parameter.ts';

export interface CropAndResizeAttributes {
  readonly nearest: boolean;
  /** What is outside of the image. */
  readonly outside: number;
}

/**
 * Boxes of images, resized: x [N,H,W,C], boxes [B,4] (y1, x1, y2, x2 from 0 to 1), images [B], size [2]
 * → y [B,oH,oW,C]. Boxes of images that do not exist become zeros (CPUCropAndResize.cpp, MNN 3.6.1).
 */
export const cropAndResize: OpDefinition<CropAndResizeAttributes> = {
  name: 'CropAndResize',
  opTypes: [OpType.CropAndResize],
  parse(op, context) {
    const { method, extrapolationValue } = parameter(op, 'CropAndResize', context);
    if (method !== CropAndResizeMethod.BILINEAR && method !== CropAndResizeMethod.NEAREST)
      throw new GraphError(`${context.where}: expected method 0 or 1, got ${method}`);
    return { nearest: method === CropAndResizeMethod.NEAREST, outside: extrapolationValue };
  },
  shape(_attributes, inputs, where) {
    const { shape, dtype, layout } = required(inputs, 0, where);
    const [boxes, images] = [required(inputs, 1, where).shape, required(inputs, 2, where).shape];
    if (shape.length !== 4 || shape[1] < 1 || shape[2] < 1)
      throw new GraphError(`${where}: expected a 4-D input with pixels, got [${shape}]`);
    if (boxes.length !== 2 || boxes[1] !== 4 || images[0] !== boxes[0])
      throw new GraphError(`${where}: expected boxes [n,4] and images [n], got [${boxes}] and [${images}]`);
    const size = knownIntegers(inputs, 3, where);
    if (size.length !== 2 || !size.every((extent) => extent >= 1))
      throw new GraphError(`${where}: expected a height and a width of at least 1, got [${size}]`);
    return [{ shape: [boxes[0], ...size, shape[3]], dtype, layout }];
  },
  reference(attributes, inputs, [y]) {
    const [x, boxes, images] = [0, 1, 2].map((i) => required(inputs, i, 'CropAndResize'));
    const [count, oh, ow, channels] = y.shape;
    for (let b = 0; b < count; b++) {
      const image = images.data[b];
      const target = b * oh * ow * channels;
      if (!(image >= 0 && image < x.shape[0])) {
        y.data.fill(0, target, target + oh * ow * channels);
        continue;
      }
      const [y1, x1, y2, x2] = boxes.data.subarray(b * 4, b * 4 + 4);
      const rows = positions(y1, y2, oh, x.shape[1]);
      const columns = positions(x1, x2, ow, x.shape[2]);
      for (let i = 0; i < oh * ow; i++) {
        const [row, column] = [rows[Math.floor(i / ow)], columns[i % ow]];
        readPixel(attributes, x, image, row, column, y, target + i * channels);
      }
    }
  },
  cases: cropAndResizeCases,
};

/** Positions in pixels, in float32 as MNN has them: at a border they decide what is outside. */
function positions(first: number, last: number, count: number, extent: number): number[] {
  const f = Math.fround;
  if (count === 1) return [f(0.5 * f(first + last) * (extent - 1))];
  const step = f(f(f(last - first) * (extent - 1)) / (count - 1));
  return Array.from({ length: count }, (_, i) => f(f(first * (extent - 1)) + f(i * step)));
}

function readPixel(
  { nearest, outside }: CropAndResizeAttributes,
  x: HostTensor,
  image: number,
  row: number,
  column: number,
  y: HostTensor,
  target: number,
): void {
  const [, height, width, channels] = x.shape;
  const inside = row >= 0 && row <= height - 1 && column >= 0 && column <= width - 1;
  const pixel = (r: number, c: number): number => ((image * height + r) * width + c) * channels;
  const [top, left] = nearest
    ? [Math.floor(row + 0.5), Math.floor(column + 0.5)]
    : [Math.floor(row), Math.floor(column)];
  for (let d = 0; d < channels; d++) {
    if (!inside) y.data[target + d] = outside;
    else if (nearest) y.data[target + d] = x.data[pixel(top, left) + d];
    else {
      const at = (r: number, c: number): number => x.data[pixel(r, c) + d];
      const line = (r: number): number =>
        at(r, left) + (at(r, Math.ceil(column)) - at(r, left)) * (column - left);
      y.data[target + d] = line(top) + (line(Math.ceil(row)) - line(top)) * (row - top);
    }
  }
}

function cropAndResizeCases(): OpCase<CropAndResizeAttributes>[] {
  const inputs = (oh: number, ow: number) => [
    { shape: [2, 5, 6, 3], layout: 'NHWC' as const },
    { shape: [3, 4], data: [0.1, 0.2, 0.8, 0.9, -0.2, 0, 0.7, 1.3, 0.9, 0.8, 0.1, 0.2] },
    { shape: [3], dtype: 'int32' as const, data: [1, 0, 1] },
    { shape: [2], dtype: 'int32' as const, data: [oh, ow] },
  ];
  return [false, true].flatMap((nearest) => [
    { title: `nearest ${nearest}`, attributes: { nearest, outside: 0.5 }, inputs: inputs(3, 4) },
    { title: `nearest ${nearest}, one pixel`, attributes: { nearest, outside: 0 }, inputs: inputs(1, 1) },
  ]);
}
