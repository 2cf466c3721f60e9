import { type PixelImage, type RgbaImage, withAlpha } from '@mnnquant/calibrate';
import { messageOf, QuantizeError } from '../errors.ts';
import { decodeBmp, isBmp } from './bmp.ts';
import { decodeNetpbm, isNetpbm } from './netpbm.ts';
import { decodeWithSharp } from './sharp.ts';
import { decodeTga, isTga } from './tga.ts';

/** A file that is not an image we can read; the message names the file and the reason. */
export class ImageError extends Error {
  override name = 'ImageError';
}

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
export async function decodePixels(bytes: Uint8Array, fileName: string): Promise<PixelImage> {
  try {
    if (bytes.length === 0) throw new Error('the file is empty');
    if (isBmp(bytes)) return decodeBmp(bytes);
    if (isNetpbm(bytes)) return decodeNetpbm(bytes);
    if (isTga(bytes)) return decodeTga(bytes);
    return await decodeWithSharp(bytes);
  } catch (error) {
    // A broken installation is not the image's fault.
    if (error instanceof QuantizeError) throw error;
    throw new ImageError(`${fileName}: ${messageOf(error)}`, { cause: error });
  }
}
