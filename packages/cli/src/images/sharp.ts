import type { PixelImage } from '@mnnquant/calibrate';
import { messageOf, QuantizeError } from '../errors.ts';

/** Loaded when the first image is decoded: `--help` need not wait for libvips. */
async function loadSharp(): Promise<typeof import('sharp')['default']> {
  try {
    return (await import('sharp')).default;
  } catch (cause) {
    throw new QuantizeError(
      `the image library sharp cannot be loaded; its binaries are optional dependencies, so install without --omit=optional (${messageOf(cause).split('\n')[0]})`,
      { cause },
    );
  }
}

/** JPEG, PNG, WebP, GIF, TIFF, AVIF: whatever libvips reads. */
export async function decodeWithSharp(bytes: Uint8Array): Promise<PixelImage> {
  const sharp = await loadSharp();
  try {
    return await decode(sharp, bytes);
  } catch (error) {
    throw new Error(inWords(messageOf(error)), { cause: error });
  }
}

/** What libvips says, each line once. Where others decode at the same time it does not always know its own error. */
function inWords(message: string): string {
  const lines = new Set(message.split('\n').map((line) => line.trim().replace(/:$/, '')));
  const known = [...lines].filter((line) => line !== '' && line.toLowerCase() !== 'unknown error');
  return known.length > 0 ? known.join('; ') : 'the image is damaged or cut off';
}

async function decode(sharp: typeof import('sharp')['default'], bytes: Uint8Array): Promise<PixelImage> {
  const image = sharp(bytes, { failOn: 'error', ignoreIcc: true, autoOrient: false });
  if (!isPlainPhoto(bytes)) {
    const { space, format } = await image.metadata();
    if (format === 'svg' || format === 'pdf')
      throw new Error(`a drawing (${format}) has no pixels of its own`);
    if (space === 'cmyk')
      return decodeCmyk(
        // Both: without the first, the ink goes to sRGB and back through a profile.
        await image
          .pipelineColourspace('cmyk')
          .toColourspace('cmyk')
          .raw()
          .toBuffer({ resolveWithObject: true }),
      );
  }
  const { data, info } = await image
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  if (channels !== 3 && channels !== 4)
    throw new Error(`expected 3 or 4 channels after decoding, got ${channels}`);
  return { data: new Uint8Array(data.buffer, data.byteOffset, data.length), width, height, channels };
}

/** EXIF orientation from 2 to 8 (CIPA DC-008, tag 0x0112); `undefined` where a file has none, or is upright. */
export async function orientationOf(bytes: Uint8Array): Promise<number | undefined> {
  const sharp = await loadSharp();
  // What only our own readers know has no EXIF.
  const { orientation } = await sharp(bytes)
    .metadata()
    .catch(() => ({ orientation: undefined }));
  return orientation !== undefined && orientation > 1 && orientation <= 8 ? orientation : undefined;
}

/**
 * Whether the first bytes tell that it is neither a drawing nor in ink: a PNG, or a JPEG of one or three
 * components. Most images are, and need no run of libvips to ask.
 */
function isPlainPhoto(bytes: Uint8Array): boolean {
  const isPng = [0x89, 0x50, 0x4e, 0x47].every((byte, i) => bytes[i] === byte);
  const components = jpegComponents(bytes);
  return isPng || components === 1 || components === 3;
}

/** Components of a JPEG's frame (ITU-T T.81, B.2.2); `undefined` where that is not found. */
function jpegComponents(bytes: Uint8Array): number | undefined {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return undefined;
  for (let at = 2; at + 9 < bytes.length && bytes[at] === 0xff; ) {
    const marker = bytes[at + 1];
    if (marker === 0xff) {
      // A byte that only fills up.
      at++;
      continue;
    }
    // C4, C8 and CC lie among the numbers of the frames and are something else.
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return bytes[at + 9];
    at += 2 + bytes[at + 2] * 256 + bytes[at + 3];
  }
  return undefined;
}

/** As stb_image does it, without a profile: red is what cyan and black leave over. */
function decodeCmyk({
  data,
  info,
}: {
  data: Buffer;
  info: { width: number; height: number; channels: number };
}): PixelImage {
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
