import type { RgbaImage } from '@mnnquant/calibrate';
import TgaLoader from 'tga-js';

const HEADER_BYTES = 18;
const FOOTER = 'TRUEVISION-XFILE';
const IMAGE_TYPES = new Set([1, 2, 3, 9, 10, 11]);
const MAX_PIXELS = 2 ** 28;

/** TGA has no signature at its start: the footer of newer files tells, else name and header together. */
export function isTga(bytes: Uint8Array, fileName: string): boolean {
  if (bytes.length <= HEADER_BYTES || !IMAGE_TYPES.has(bytes[2]) || bytes[1] > 1) return false;
  const footer = new TextDecoder('latin1').decode(bytes.subarray(-18, -2));
  return footer === FOOTER || /\.tga$/i.test(fileName);
}

/** True colour, palette and grey TGA files, also run-length coded. */
export function decodeTga(bytes: Uint8Array): RgbaImage {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const [width, height] = [view.getUint16(12, true), view.getUint16(14, true)];
  if (width < 1 || height < 1 || width * height > MAX_PIXELS)
    throw new Error(`a size of ${width}x${height} pixels is not possible`);
  const needed = width * height * (bytes[16] / 8);
  if (bytes[2] < 9 && bytes.length - HEADER_BYTES < needed) {
    throw new Error(`expected ${needed} bytes of pixels, got ${bytes.length - HEADER_BYTES}`);
  }
  const loader = new TgaLoader();
  loader.load(bytes);
  const data = new Uint8ClampedArray(width * height * 4);
  loader.getImageData({ width, height, data });
  return { data: new Uint8Array(data.buffer), width, height };
}
