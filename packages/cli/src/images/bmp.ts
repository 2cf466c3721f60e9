import type { RgbaImage } from '@mnnquant/calibrate';
import { decode } from 'bmp-ts';

const HEADER_BYTES = 26;
/** A header can claim any size; nobody calibrates with more pixels than this. */
const MAX_PIXELS = 2 ** 28;

export function isBmp(bytes: Uint8Array): boolean {
  return bytes.length > HEADER_BYTES && bytes[0] === 0x42 && bytes[1] === 0x4d;
}

/** Windows bitmaps of 1 to 32 bits, also run-length coded. */
export function decodeBmp(bytes: Uint8Array): RgbaImage {
  checkSize(bytes);
  const { data, width, height, bitPP } = decode(Buffer.from(bytes), { toRGBA: true });
  const rgba = new Uint8Array(data);
  // Only 32-bit files have an alpha channel, and many of those leave it empty.
  const opaque = bitPP < 32 || rgba.every((value, i) => i % 4 !== 3 || value === 0);
  if (opaque) for (let i = 3; i < rgba.length; i += 4) rgba[i] = 255;
  return { data: rgba, width, height: Math.abs(height) };
}

function checkSize(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const width = view.getInt32(18, true);
  const height = Math.abs(view.getInt32(22, true));
  if (width < 1 || height < 1 || width * height > MAX_PIXELS)
    throw new Error(`a size of ${width}x${height} pixels is not possible`);
  const bits = view.getUint16(28, true);
  const compressed = view.getUint32(30, true);
  const needed = Math.ceil((width * bits) / 32) * 4 * height;
  if (compressed === 0 && bytes.length < needed)
    throw new Error(`expected at least ${needed} bytes of pixels, the file has ${bytes.length}`);
}
