import type { PixelImage } from '@mnnquant/calibrate';
import { decodeWith } from '../images/decode-with.ts';
import { checkImageSize } from '../images/image-size.ts';
import { unmultipliedPixels } from './unmultiplied-pixels.ts';
import { withoutExif } from './without-exif.ts';

/**
 * Decodes an image file with the browser's decoder; BMP, TGA and Netpbm with this package's. Colour profiles and the
 * orientation in EXIF are ignored, as by MNN.
 *
 * PNG files give the same pixels as in Node. What others give is up to the browser's decoder: in Chromium JPEG, WebP and GIF
 * do too, JPEG of four inks and AVIF differ by one here and there.
 *
 * @param decode reads other formats in place of the browser
 * @throws {ImageError} when it is not a readable image
 */
export function decodeImageFile(
  bytes: Uint8Array,
  fileName: string,
  decode: (bytes: Uint8Array) => Promise<PixelImage> = decodeInBrowser,
): Promise<PixelImage> {
  return decodeWith(decode, bytes, fileName);
}

async function decodeInBrowser(bytes: Uint8Array): Promise<PixelImage> {
  const bitmap = await bitmapOf(bytes);
  try {
    const { width, height } = bitmap;
    checkImageSize(width, height);
    const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })!;
    context.drawImage(bitmap, 0, 0);
    const { data } = context.getImageData(0, 0, width, height);
    // A canvas keeps colours multiplied by alpha: where that is not 255 they cannot be had back.
    return { data: isOpaque(data) ? new Uint8Array(data.buffer) : unmultipliedPixels(bitmap), width, height };
  } finally {
    bitmap.close();
  }
}

async function bitmapOf(bytes: Uint8Array): Promise<ImageBitmap> {
  try {
    return await createImageBitmap(new Blob([withoutExif(bytes) as Uint8Array<ArrayBuffer>]), {
      colorSpaceConversion: 'none',
      premultiplyAlpha: 'none',
    });
  } catch (cause) {
    throw new Error('the browser cannot decode it', { cause });
  }
}

function isOpaque(rgba: Uint8ClampedArray): boolean {
  for (let i = 3; i < rgba.length; i += 4) if (rgba[i] !== 255) return false;
  return true;
}
