import { type PixelImage, type RgbaImage, withAlpha } from '@mnnquant/calibrate';
import { decodeWith } from './decode-with.ts';
import { decodeWithSharp } from './sharp.ts';

export { ImageError } from './decode-with.ts';

/**
 * Decodes an image file to RGBA, 8 bits a channel, as MNN's decoder (stb_image) would give it: colour
 * profiles and EXIF orientation are ignored, grey becomes R=G=B, a missing alpha is 255, of 16 bits
 * the upper 8 are kept. The format is told by the content, not by the name.
 *
 * @throws {ImageError} when it is not a readable image
 * @throws {QuantizeError} when the decoder itself is not installed
 */
export async function decodeImage(bytes: Uint8Array, fileName: string): Promise<RgbaImage> {
  return withAlpha(await decodePixels(bytes, fileName));
}

/** The same, without a channel for alpha where the file has none. */
export function decodePixels(bytes: Uint8Array, fileName: string): Promise<PixelImage> {
  return decodeWith(decodeWithSharp, bytes, fileName);
}
