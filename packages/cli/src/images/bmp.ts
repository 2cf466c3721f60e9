import type { RgbaImage } from '@mnnquant/calibrate';
import { checkImageSize } from './image-size.ts';

const FILE_HEADER_BYTES = 14;
const CORE_HEADER = 12;
/** The first of the header versions that hold the colour masks themselves. */
const MASKS_IN_HEADER = 52;
const ALPHA_IN_HEADER = 56;
const COMPRESSION = { none: 0, bitFields: 3, alphaBitFields: 6 } as const;

interface BmpHeader {
  readonly width: number;
  readonly height: number;
  /** The first row in the file is the topmost. */
  readonly topDown: boolean;
  readonly bits: number;
  readonly compression: number;
  readonly headerBytes: number;
  /** Where the pixels start. */
  readonly offset: number;
}

/** Red, green, blue and alpha out of a pixel's number. */
type Masks = readonly [number, number, number, number];

export function isBmp(bytes: Uint8Array): boolean {
  return bytes.length > FILE_HEADER_BYTES + CORE_HEADER && bytes[0] === 0x42 && bytes[1] === 0x4d;
}

/**
 * Windows and OS/2 bitmaps of 1, 4, 8, 16, 24 and 32 bits a pixel, also with bit masks, with the values
 * that stb_image gives; an alpha channel that is zero everywhere counts as none. Run-length coded files
 * are refused, as there. (The bitmap libraries on npm give wrong colours for palettes or 16 bits.)
 */
export function decodeBmp(bytes: Uint8Array): RgbaImage {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const header = readHeader(view);
  const { width, height, bits } = header;
  checkImageSize(width, height);
  const rowBytes = Math.ceil((width * bits) / 32) * 4;
  // Some writers leave the padding of the last row out.
  const needed = header.offset + rowBytes * (height - 1) + Math.ceil((width * bits) / 8);
  if (bytes.length < needed) throw new Error(`expected ${needed} bytes, got ${bytes.length}: it is cut off`);
  const data = new Uint8Array(width * height * 4);
  const decodeRow = bits <= 8 ? paletteRows(view, header) : bits === 24 ? plainRow : maskedRows(view, header);
  for (let row = 0; row < height; row++) {
    const y = header.topDown ? row : height - 1 - row;
    const target = data.subarray(y * width * 4, (y + 1) * width * 4);
    decodeRow(bytes, header.offset + row * rowBytes, target);
  }
  if (hasNoAlpha(data)) for (let i = 3; i < data.length; i += 4) data[i] = 255;
  return { data, width, height };
}

type DecodeRow = (bytes: Uint8Array, from: number, target: Uint8Array) => void;

function readHeader(view: DataView): BmpHeader {
  const offset = view.getUint32(10, true);
  const headerBytes = view.getUint32(14, true);
  if (headerBytes !== CORE_HEADER && (headerBytes < 40 || headerBytes > 124))
    throw new Error(`a BMP header of ${headerBytes} bytes is not known`);
  if (headerBytes === CORE_HEADER) {
    const [width, height, bits] = [18, 20, 24].map((at) => view.getUint16(at, true));
    checkKind(bits, COMPRESSION.none);
    return { width, height, topDown: false, bits, compression: COMPRESSION.none, headerBytes, offset };
  }
  if (view.byteLength < FILE_HEADER_BYTES + headerBytes) throw new Error('the BMP header is cut off');
  const height = view.getInt32(22, true);
  const bits = view.getUint16(28, true);
  const compression = view.getUint32(30, true);
  checkKind(bits, compression);
  return {
    width: view.getInt32(18, true),
    height: Math.abs(height),
    topDown: height < 0,
    bits,
    compression,
    headerBytes,
    offset,
  };
}

function checkKind(bits: number, compression: number): void {
  if (![1, 4, 8, 16, 24, 32].includes(bits))
    throw new Error(`expected 1, 4, 8, 16, 24 or 32 bits a pixel, got ${bits}`);
  const masked = compression === COMPRESSION.bitFields || compression === COMPRESSION.alphaBitFields;
  if (compression !== COMPRESSION.none && !(masked && bits >= 16))
    throw new Error(`BMP compression ${compression} is not supported; save it uncompressed`);
}

function paletteRows(view: DataView, { headerBytes, offset, bits }: BmpHeader): DecodeRow {
  const start = FILE_HEADER_BYTES + headerBytes;
  const entryBytes = headerBytes === CORE_HEADER ? 3 : 4;
  const entries = Math.min(1 << bits, Math.floor((offset - start) / entryBytes));
  if (entries < 1) throw new Error('the BMP has no palette');
  const perByte = 8 / bits;
  return (bytes, from, target) => {
    for (let x = 0; x * 4 < target.length; x++) {
      const shift = 8 - bits * ((x % perByte) + 1);
      const index = (bytes[from + Math.floor(x / perByte)] >> shift) & ((1 << bits) - 1);
      if (index >= entries) throw new Error(`colour ${index} is not in the palette of ${entries}`);
      const at = start + index * entryBytes;
      for (let c = 0; c < 3; c++) target[x * 4 + c] = view.getUint8(at + 2 - c);
    }
  };
}

const plainRow: DecodeRow = (bytes, from, target) => {
  for (let at = from, out = 0; out < target.length; at += 3, out += 4) {
    target[out] = bytes[at + 2];
    target[out + 1] = bytes[at + 1];
    target[out + 2] = bytes[at];
  }
};

function maskedRows(view: DataView, header: BmpHeader): DecodeRow {
  const wide = header.bits === 32;
  const channels = readMasks(view, header).map(channelReader);
  return (_, from, target) => {
    for (let out = 0, at = from; out < target.length; out += 4, at += wide ? 4 : 2) {
      const pixel = wide ? view.getUint32(at, true) : view.getUint16(at, true);
      for (let c = 0; c < 4; c++) target[out + c] = channels[c](pixel);
    }
  };
}

function readMasks(view: DataView, { headerBytes, compression, bits, offset }: BmpHeader): Masks {
  const at = FILE_HEADER_BYTES + 40;
  const inHeader = headerBytes >= MASKS_IN_HEADER && headerBytes !== 64;
  const given = inHeader || compression !== COMPRESSION.none;
  if (given && (inHeader || offset >= at + 12)) {
    const [red, green, blue] = [at, at + 4, at + 8].map((place) => view.getUint32(place, true));
    const withAlpha = headerBytes >= ALPHA_IN_HEADER || compression === COMPRESSION.alphaBitFields;
    const alpha = withAlpha ? view.getUint32(at + 12, true) : 0;
    if (red && green && blue) return [red, green, blue, alpha];
    if (compression !== COMPRESSION.none) throw new Error('the BMP has an empty colour mask');
  } else if (given) throw new Error('the BMP has no colour masks');
  return bits === 16 ? [0x7c00, 0x3e0, 0x1f, 0] : [0xff0000, 0xff00, 0xff, 0xff000000];
}

/** The bits under a mask as 8 bits: fewer are repeated from the top, of more the upper are kept. */
function channelReader(mask: number): (pixel: number) => number {
  if (mask === 0) return () => 0;
  const low = 31 - Math.clz32(mask & -mask);
  const count = 32 - Math.clz32(mask >>> low);
  if (count >= 8) return (pixel) => ((pixel & mask) >>> low) >>> (count - 8);
  const table = Uint8Array.from({ length: 1 << count }, (_, value) => {
    let repeated = 0;
    for (let shift = 8 - count; shift > -count; shift -= count) {
      repeated |= shift >= 0 ? value << shift : value >> -shift;
    }
    return repeated;
  });
  return (pixel) => table[(pixel & mask) >>> low];
}

function hasNoAlpha(data: Uint8Array): boolean {
  for (let i = 3; i < data.length; i += 4) if (data[i] !== 0) return false;
  return true;
}
