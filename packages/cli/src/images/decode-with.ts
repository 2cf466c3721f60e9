import type { PixelImage } from '@mnnquant/calibrate';
import { messageOf, QuantizeError } from '../errors.ts';
import { decodeBmp, isBmp } from './bmp.ts';
import { decodeNetpbm, isNetpbm } from './netpbm.ts';
import { decodeTga, isTga } from './tga.ts';

/** A file that is not an image we can read; the message names the file and the reason. */
export class ImageError extends Error {
  override name = 'ImageError';
}

/**
 * Decodes an image file, 8 bits a channel, without a channel for alpha where the file has none. The format is told by
 * the content, not by the name: BMP, TGA and Netpbm are read here.
 *
 * @param decodeOther reads every other format
 * @throws {ImageError} when it is not a readable image
 * @throws {QuantizeError} when the decoder itself is not there
 */
export async function decodeWith(
  decodeOther: (bytes: Uint8Array) => Promise<PixelImage>,
  bytes: Uint8Array,
  fileName: string,
): Promise<PixelImage> {
  try {
    if (bytes.length === 0) throw new Error('the file is empty');
    if (isBmp(bytes)) return decodeBmp(bytes);
    if (isNetpbm(bytes)) return decodeNetpbm(bytes);
    if (isTga(bytes)) return decodeTga(bytes);
    return await decodeOther(bytes);
  } catch (error) {
    // A broken installation is not the image's fault.
    if (error instanceof QuantizeError) throw error;
    throw new ImageError(`${fileName}: ${messageOf(error)}`, { cause: error });
  }
}
