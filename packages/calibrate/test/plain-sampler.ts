import type { PixelFormat, PixelImage, SampleOptions } from '../src/preprocess/index.ts';
import { cornerTransform, isIdentity, mapPoint } from '../src/preprocess/transform.ts';

const f = Math.fround;
const TILE = 512;
const ORDER: Readonly<Record<PixelFormat, readonly number[]>> = {
  RGB: [0, 1, 2],
  BGR: [2, 1, 0],
  RGBA: [0, 1, 2, 3],
  BGRA: [2, 1, 0, 3],
  GRAY: [0],
};

/** What `sampleImage` means for [H,W,C], pixel by pixel and value by value: slow, and easy to read. */
export function plainSample(image: PixelImage, options: SampleOptions): Float32Array {
  const { format, mean, normal, width, height } = options;
  const order = ORDER[format];
  const tensor = new Float32Array(width * height * order.length);
  const pixelAt = pixelSource(image);
  for (let y = 0; y < height; y++) {
    for (const [x, [px, py]] of positions(image, options, y).entries()) {
      const value = (c: number): number => Math.trunc(bilinear(pixelAt, px, py, c));
      const gray = (19 * value(0) + 38 * value(1) + 7 * value(2)) >> 6;
      for (const [k, c] of order.entries())
        tensor[(y * width + x) * order.length + k] = f(
          f((format === 'GRAY' ? gray : value(c)) - f(mean[k] ?? 0)) * f(normal[k] ?? 1),
        );
    }
  }
  return tensor;
}

type PixelAt = (x: number, y: number, channel: number) => number;

function pixelSource({ data, width, channels = 4 }: PixelImage): PixelAt {
  return (x, y, channel) => (channel < channels ? data[(y * width + x) * channels + channel] : 255);
}

function bilinear(pixel: PixelAt, x: number, y: number, c: number): number {
  const [x0, y0, x1, y1] = [Math.trunc(x), Math.trunc(y), Math.ceil(x), Math.ceil(y)];
  const [fx, fy] = [f(x - x0), f(y - y0)];
  const [gx, gy] = [f(1 - fx), f(1 - fy)];
  const products = [
    f(f(gx * gy) * pixel(x0, y0, c)),
    f(f(fx * gy) * pixel(x1, y0, c)),
    f(f(fy * gx) * pixel(x0, y1, c)),
    f(f(fx * fy) * pixel(x1, y1, c)),
  ];
  return products.reduce((sum, product) => f(sum + product));
}

/** Where the pixels of row `y` lie in the image, clamped to it. */
function positions(image: PixelImage, options: SampleOptions, y: number): [number, number][] {
  const matrix = matrixOf(image, options);
  const plain = isIdentity(matrix) && image.width >= options.width && image.height >= options.height;
  const clamp = (v: number, extent: number): number => Math.max(Math.min(v, extent - 1), 0);
  const result: [number, number][] = [];
  for (let start = 0; start < options.width; start += TILE) {
    const count = Math.min(TILE, options.width - start);
    const [from, to] = [mapPoint(matrix, start, y), mapPoint(matrix, start + count, y)];
    let [px, py] = [from.x, from.y];
    for (let i = 0; i < count; i++) {
      result.push(plain ? [start + i, y] : [clamp(px, image.width), clamp(py, image.height)]);
      px = f(px + f(f(to.x - from.x) / count));
      py = f(py + f(f(to.y - from.y) / count));
    }
  }
  return result;
}

function matrixOf({ width, height }: PixelImage, options: SampleOptions) {
  const cropHeight = Math.trunc(f(height * f(options.centerCropHeight)));
  const cropWidth = Math.trunc(f(width * f(options.centerCropWidth)));
  const top = Math.trunc((height - cropHeight) / 2);
  const left = Math.trunc((width - cropWidth) / 2);
  const corners = (x0: number, y0: number, x1: number, y1: number) => [
    { x: x0, y: y0 },
    { x: x0, y: y1 },
    { x: x1, y: y0 },
    { x: x1, y: y1 },
  ];
  return cornerTransform(
    corners(0, 0, options.width - 1, options.height - 1),
    corners(left, top, left + cropWidth - 1, top + cropHeight - 1),
  );
}
