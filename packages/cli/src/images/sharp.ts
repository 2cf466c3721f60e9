import type { RgbaImage } from '@mnnquant/calibrate';
import { QuantizeError } from '../errors.ts';

/** Loaded when the first image is decoded: `--help` need not wait for libvips. */
async function loadSharp(): Promise<typeof import('sharp')['default']> {
  try {
    return (await import('sharp')).default;
  } catch (cause) {
    throw new QuantizeError(
      'the image library sharp cannot be loaded; its binaries are optional dependencies, so install without --omit=optional',
      { cause },
    );
  }
}

/** JPEG, PNG, WebP, GIF, TIFF, AVIF: whatever libvips reads. */
export async function decodeWithSharp(bytes: Uint8Array): Promise<RgbaImage> {
  const sharp = await loadSharp();
  const image = sharp(bytes, { failOn: 'error', ignoreIcc: true, autoOrient: false });
  const { space, format } = await image.metadata();
  if (format === 'svg' || format === 'pdf') throw new Error(`a drawing (${format}) has no pixels of its own`);
  if (space === 'cmyk')
    return decodeCmyk(
      // Both: without the first, the ink goes to sRGB and back through a profile.
      await image
        .pipelineColourspace('cmyk')
        .toColourspace('cmyk')
        .raw()
        .toBuffer({ resolveWithObject: true }),
    );
  const { data, info } = await image
    .toColourspace('srgb')
    .ensureAlpha()
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  if (info.channels !== 4) throw new Error(`expected 4 channels after decoding, got ${info.channels}`);
  return {
    data: new Uint8Array(data.buffer, data.byteOffset, data.length),
    width: info.width,
    height: info.height,
  };
}

/** As stb_image does it, without a profile: red is what cyan and black leave over. */
function decodeCmyk({
  data,
  info,
}: {
  data: Buffer;
  info: { width: number; height: number; channels: number };
}): RgbaImage {
  const { width, height, channels } = info;
  const rgba = new Uint8Array(width * height * 4);
  for (let i = 0; i < width * height; i++) {
    const key = 255 - data[i * channels + 3];
    for (let c = 0; c < 3; c++) rgba[i * 4 + c] = scaleByte(255 - data[i * channels + c], key);
    rgba[i * 4 + 3] = 255;
  }
  return { data: rgba, width, height };
}

/** a * b / 255, rounded (Blinn, "Three Wrongs Make a Right", 1995). */
function scaleByte(a: number, b: number): number {
  const t = a * b + 128;
  return (t + (t >> 8)) >> 8;
}
