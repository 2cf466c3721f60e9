import { PreprocessError } from './preprocess-error.ts';
import { cornerTransform, isIdentity, type Matrix, mapPoint } from './transform.ts';

/** A decoded image: four bytes per pixel (red, green, blue, alpha), row by row. */
export interface RgbaImage {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

export type PixelFormat = 'RGB' | 'BGR' | 'RGBA' | 'BGRA' | 'GRAY';

export interface SampleOptions {
  /** Channels of the tensor, in their order. */
  readonly format: PixelFormat;
  /** Per channel of `format`: y = (v - mean) * normal. Missing entries are 0 and 1, as in MNN. */
  readonly mean: readonly number[];
  readonly normal: readonly number[];
  /** Size of the tensor in pixels. */
  readonly width: number;
  readonly height: number;
  /** Share of the image's height and width that is used, around the centre; above 0, at most 1. */
  readonly centerCropHeight: number;
  readonly centerCropWidth: number;
}

/** MNN samples a row in pieces of this many pixels and starts each at an exact position. */
const TILE = 512;

const CHANNELS = {
  RGB: [0, 1, 2],
  BGR: [2, 1, 0],
  RGBA: [0, 1, 2, 3],
  BGRA: [2, 1, 0, 3],
  GRAY: undefined,
} as const;

/** Number of channels a format gives. */
export function channelCount(format: PixelFormat): number {
  return CHANNELS[format]?.length ?? 1;
}

const f = Math.fround;

/**
 * An image as the network's input, bit for bit what MNN's tool feeds on x86-64 (MNN 3.6.1
 * tools/quantization/Helper.cpp, source/cv/ImageProcessUtils.cpp): centre crop, bilinear sampling with
 * aligned corners in float32 and cut to whole numbers, channel order, (v - mean) * normal.
 *
 * @param layout order of the result: [C,H,W] for `NCHW`, [H,W,C] for `NHWC`
 * @throws {PreprocessError} when the crop leaves no pixel or a size is not positive
 */
export function sampleImage(image: RgbaImage, options: SampleOptions, layout: 'NCHW' | 'NHWC'): Float32Array {
  checkSizes(image, options);
  const pixels = samplePixels(image, options);
  return toTensor(pixels, options, layout);
}

function checkSizes(image: RgbaImage, { width, height }: SampleOptions): void {
  const { data } = image;
  if (image.width < 1 || image.height < 1 || data.length !== image.width * image.height * 4) {
    throw new PreprocessError(
      `expected ${image.width}x${image.height} pixels of 4 bytes, got ${data.length} bytes`,
    );
  }
  if (!(width >= 1) || !(height >= 1))
    throw new PreprocessError(`expected a target of at least 1x1 pixel, got ${width}x${height}`);
}

/** RGBA pixels of the target size. */
function samplePixels(image: RgbaImage, options: SampleOptions): Uint8Array {
  const { width, height } = options;
  const matrix = targetToImage(image, options);
  const pixels = new Uint8Array(width * height * 4);
  const plain = isIdentity(matrix) && image.width >= width && image.height >= height;
  const writeRow = plain ? copyPixels : sampleBilinear;
  for (let y = 0; y < height; y++) {
    for (let start = 0; start < width; start += TILE) {
      const count = Math.min(TILE, width - start);
      const from = mapPoint(matrix, start, y);
      const to = mapPoint(matrix, start + count, y);
      const [dx, dy] = [f(f(to.x - from.x) / count), f(f(to.y - from.y) / count)];
      writeRow(image, pixels, (y * width + start) * 4, count, from.x, from.y, dx, dy);
    }
  }
  return pixels;
}

function targetToImage(image: RgbaImage, options: SampleOptions): Matrix {
  const cropHeight = Math.trunc(f(image.height * f(options.centerCropHeight)));
  const cropWidth = Math.trunc(f(image.width * f(options.centerCropWidth)));
  if (cropHeight < 1 || cropWidth < 1) {
    throw new PreprocessError(
      `the centre crop leaves ${cropWidth}x${cropHeight} of ${image.width}x${image.height} pixels`,
    );
  }
  const top = Math.trunc((image.height - cropHeight) / 2);
  const left = Math.trunc((image.width - cropWidth) / 2);
  const from = corners(0, 0, options.width - 1, options.height - 1);
  return cornerTransform(from, corners(left, top, left + cropWidth - 1, top + cropHeight - 1));
}

/** Top left, bottom left, top right, bottom right: MNN's order, which makes its matrix a projective one. */
function corners(left: number, top: number, right: number, bottom: number) {
  return [
    { x: left, y: top },
    { x: left, y: bottom },
    { x: right, y: top },
    { x: right, y: bottom },
  ];
}

type WriteRow = (
  image: RgbaImage,
  target: Uint8Array,
  at: number,
  count: number,
  x: number,
  y: number,
  dx: number,
  dy: number,
) => void;

const copyPixels: WriteRow = ({ data, width, height }, target, at, count, x, y) => {
  const row = Math.round(Math.min(height - 1, Math.max(0, y)));
  const column = Math.round(Math.min(width - 1, Math.max(0, x)));
  const start = (row * width + column) * 4;
  target.set(data.subarray(start, start + count * 4), at);
};

const sampleBilinear: WriteRow = ({ data, width, height }, target, at, count, startX, startY, dx, dy) => {
  const [lastX, lastY] = [width - 1, height - 1];
  let px = startX;
  let py = startY;
  for (let i = 0, out = at; i < count; i++, out += 4) {
    const x = Math.max(Math.min(px, lastX), 0);
    const y = Math.max(Math.min(py, lastY), 0);
    const x0 = Math.trunc(x);
    const y0 = Math.trunc(y);
    const right = (Math.ceil(x) - x0) * 4;
    const p00 = (y0 * width + x0) * 4;
    const p10 = (Math.ceil(y) * width + x0) * 4;
    const fx = f(x - x0);
    const fy = f(y - y0);
    const gx = f(1 - fx);
    const gy = f(1 - fy);
    const w00 = f(gx * gy);
    const w01 = f(fx * gy);
    const w10 = f(fy * gx);
    const w11 = f(fx * fy);
    // Written out: a loop over the four is slower.
    const p01 = p00 + right;
    const p11 = p10 + right;
    target[out] = mix(w00, w01, w10, w11, data[p00], data[p01], data[p10], data[p11]);
    target[out + 1] = mix(w00, w01, w10, w11, data[p00 + 1], data[p01 + 1], data[p10 + 1], data[p11 + 1]);
    target[out + 2] = mix(w00, w01, w10, w11, data[p00 + 2], data[p01 + 2], data[p10 + 2], data[p11 + 2]);
    target[out + 3] = mix(w00, w01, w10, w11, data[p00 + 3], data[p01 + 3], data[p10 + 3], data[p11 + 3]);
    px = f(px + dx);
    py = f(py + dy);
  }
};

/** The weighted sum in float32, from left to right; storing it as a byte cuts the fraction. */
function mix(
  w00: number,
  w01: number,
  w10: number,
  w11: number,
  c00: number,
  c01: number,
  c10: number,
  c11: number,
): number {
  return Math.min(f(f(f(f(w00 * c00) + f(w01 * c01)) + f(w10 * c10)) + f(w11 * c11)), 255);
}

function toTensor(
  pixels: Uint8Array,
  { format, mean, normal, width, height }: SampleOptions,
  layout: 'NCHW' | 'NHWC',
): Float32Array {
  const channels = channelCount(format);
  const size = width * height;
  const [pixelStep, channelStep] = layout === 'NHWC' ? [channels, 1] : [1, size];
  const tensor = new Float32Array(size * channels);
  for (let c = 0; c < channels; c++) {
    const source = CHANNELS[format]?.[c];
    // One table per channel: 256 values instead of a subtraction and a product per pixel.
    const values = Float32Array.from({ length: 256 }, (_, v) =>
      f(f(v - f(mean[c] ?? 0)) * f(normal[c] ?? 1)),
    );
    for (let i = 0, at = c * channelStep; i < size; i++, at += pixelStep) {
      tensor[at] = values[source === undefined ? gray(pixels, i * 4) : pixels[i * 4 + source]];
    }
  }
  return tensor;
}

/** MNN's integer weights. */
function gray(pixels: Uint8Array, at: number): number {
  return (19 * pixels[at] + 38 * pixels[at + 1] + 7 * pixels[at + 2]) >> 6;
}
