import { PreprocessError } from './preprocess-error.ts';
import { rowSampler } from './row-sampler.ts';
import { type SourceBytes, tensorWriter } from './tensor-writer.ts';
import { cornerTransform, type Matrix } from './transform.ts';

/** A decoded image: bytes per pixel (red, green, blue and, where there are four, alpha), row by row. */
export interface PixelImage {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  /** Bytes per pixel; 4 where it is missing. */
  readonly channels?: 3 | 4;
}

/** A decoded image with alpha. */
export interface RgbaImage extends PixelImage {
  readonly channels?: 4;
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

const CHANNELS: Readonly<Record<PixelFormat, SourceBytes>> = {
  RGB: [0, 1, 2],
  BGR: [2, 1, 0],
  RGBA: [0, 1, 2, 3],
  BGRA: [2, 1, 0, 3],
  GRAY: [undefined],
};

/** Number of channels a format gives. */
export function channelCount(format: PixelFormat): number {
  return CHANNELS[format].length;
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
export function sampleImage(
  image: PixelImage,
  options: SampleOptions,
  layout: 'NCHW' | 'NHWC',
): Float32Array {
  checkSizes(image, options);
  const sources = CHANNELS[options.format];
  const tensor = new Float32Array(options.width * options.height * sources.length);
  const alpha = sources.includes(3);
  const matrix = targetToImage(image, options);
  const sample = rowSampler(alpha ? withAlpha(image) : image, matrix, options, alpha);
  const write = tensorWriter(tensor, sources, options, layout);
  const row = new Uint8Array(options.width * 4);
  for (let y = 0; y < options.height; y++) {
    sample(y, row);
    write(row, y);
  }
  return tensor;
}

function checkSizes(image: PixelImage, { width, height }: SampleOptions): void {
  const { data, channels = 4 } = image;
  if (image.width < 1 || image.height < 1 || data.length !== image.width * image.height * channels) {
    throw new PreprocessError(
      `expected ${image.width}x${image.height} pixels of ${channels} bytes, got ${data.length} bytes`,
    );
  }
  if (!(width >= 1) || !(height >= 1))
    throw new PreprocessError(`expected a target of at least 1x1 pixel, got ${width}x${height}`);
}

/** The image itself, or a copy with an alpha of 255. */
export function withAlpha(image: PixelImage): RgbaImage {
  const { data, width, height, channels = 4 } = image;
  if (channels === 4) return { data, width, height };
  const rgba = new Uint8Array(width * height * 4).fill(255);
  for (let from = 0, to = 0; from < data.length; from += 3, to += 4) {
    rgba[to] = data[from];
    rgba[to + 1] = data[from + 1];
    rgba[to + 2] = data[from + 2];
  }
  return { data: rgba, width, height };
}

function targetToImage(image: PixelImage, options: SampleOptions): Matrix {
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
