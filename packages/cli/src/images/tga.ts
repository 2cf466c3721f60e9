import type { RgbaImage } from '@mnnquant/calibrate';
import { checkImageSize } from './image-size.ts';

const HEADER_BYTES = 18;
const RUN_LENGTH = 8;
const KIND = { palette: 1, colour: 2, grey: 3 } as const;
const TOP_DOWN = 0x20;

interface TgaHeader {
  readonly kind: number;
  readonly runLength: boolean;
  readonly width: number;
  readonly height: number;
  readonly topDown: boolean;
  /** Bits of a pixel, of an index where there is a palette. */
  readonly bits: number;
  readonly palette: { readonly first: number; readonly length: number; readonly bits: number };
  /** Where palette or pixels start. */
  readonly start: number;
}

/** Writes the colour that stands at a place of the file. */
type ReadColour = (at: number, target: Uint8Array, out: number) => void;

/** TGA has no signature; what tells is a header in which every field makes sense (as in stb_image). */
export function isTga(bytes: Uint8Array): boolean {
  if (bytes.length <= HEADER_BYTES) return false;
  const { kind, width, height, bits, palette } = readHeader(bytes);
  if (width < 1 || height < 1 || bytes[1] > 1) return false;
  if (bytes[1] === 1)
    return kind === KIND.palette && [8, 16].includes(bits) && [8, 15, 16, 24, 32].includes(palette.bits);
  if (kind === KIND.grey) return [8, 16].includes(bits);
  return kind === KIND.colour && [8, 15, 16, 24, 32].includes(bits);
}

/**
 * True colour, palette and grey TGA files, also run-length coded, with the values stb_image gives: 15
 * and 16 bits are 5 a channel without alpha. (The TGA libraries on npm get these wrong or carry
 * hundreds of megabytes of samples.)
 */
export function decodeTga(bytes: Uint8Array): RgbaImage {
  const header = readHeader(bytes);
  const { width, height, bits, palette } = header;
  checkImageSize(width, height);
  const paletteBytes = header.kind === KIND.palette ? palette.length * byteCount(palette.bits) : 0;
  const start = header.start + paletteBytes;
  const read =
    header.kind === KIND.palette ? paletteColour(bytes, header) : colourReader(bytes, header.kind, bits);
  const pixelBytes = byteCount(bits);
  checkLength(bytes.length - start, header, pixelBytes);
  const data = new Uint8Array(width * height * 4);
  let previous = start;
  const place = (pixel: number): number => {
    const row = Math.floor(pixel / width);
    return ((header.topDown ? row : height - 1 - row) * width + (pixel % width)) * 4;
  };
  const next = header.runLength ? runLengthPlaces(bytes, start, pixelBytes) : undefined;
  for (let pixel = 0; pixel < width * height; pixel++) {
    previous = next ? next() : start + pixel * pixelBytes;
    if (previous + pixelBytes > bytes.length)
      throw new Error(`it is cut off after ${pixel} of ${width * height} pixels`);
    read(previous, data, place(pixel));
  }
  return { data, width, height };
}

/** A packet holds at most 128 pixels; checked before memory is taken for what a header claims. */
function checkLength(available: number, { runLength, width, height }: TgaHeader, pixelBytes: number): void {
  const pixels = width * height;
  const needed = runLength ? Math.ceil(pixels / 128) * (1 + pixelBytes) : pixels * pixelBytes;
  if (available < needed)
    throw new Error(
      `expected at least ${needed} bytes of pixels, got ${Math.max(0, available)}: it is cut off`,
    );
}

function readHeader(bytes: Uint8Array): TgaHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return {
    kind: bytes[2] & ~RUN_LENGTH,
    runLength: (bytes[2] & RUN_LENGTH) !== 0,
    width: view.getUint16(12, true),
    height: view.getUint16(14, true),
    topDown: (bytes[17] & TOP_DOWN) !== 0,
    bits: bytes[16],
    palette: { first: view.getUint16(3, true), length: view.getUint16(5, true), bits: bytes[7] },
    start: HEADER_BYTES + bytes[0],
  };
}

function byteCount(bits: number): number {
  return Math.ceil(bits / 8);
}

/** Where the next pixel stands: packets of one repeated pixel or of several different ones. */
function runLengthPlaces(bytes: Uint8Array, start: number, pixelBytes: number): () => number {
  let at = start;
  let left = 0;
  let repeated = false;
  return () => {
    if (left === 0) {
      if (at >= bytes.length) return at;
      repeated = bytes[at] >= 128;
      left = (bytes[at] & 127) + 1;
      at++;
    }
    left--;
    const place = at;
    if (!repeated || left === 0) at += pixelBytes;
    return place;
  };
}

function colourReader(bytes: Uint8Array, kind: number, bits: number): ReadColour {
  if (kind === KIND.grey || bits === 8) {
    return (at, target, out) => {
      target.fill(bytes[at], out, out + 3);
      target[out + 3] = bits === 16 ? bytes[at + 1] : 255;
    };
  }
  if (bits <= 16) {
    return (at, target, out) => {
      const pixel = bytes[at] | (bytes[at + 1] << 8);
      for (let c = 0; c < 3; c++) target[out + c] = (((pixel >> (10 - 5 * c)) & 31) * 255) / 31;
      target[out + 3] = 255;
    };
  }
  return (at, target, out) => {
    for (let c = 0; c < 3; c++) target[out + c] = bytes[at + 2 - c];
    target[out + 3] = bits === 32 ? bytes[at + 3] : 255;
  };
}

function paletteColour(bytes: Uint8Array, { bits, palette, start }: TgaHeader): ReadColour {
  const entryBytes = byteCount(palette.bits);
  if (start + palette.length * entryBytes > bytes.length) throw new Error('the palette is cut off');
  const read = colourReader(bytes, KIND.colour, palette.bits);
  return (at, target, out) => {
    const index = (bits === 16 ? bytes[at] | (bytes[at + 1] << 8) : bytes[at]) - palette.first;
    if (index < 0 || index >= palette.length)
      throw new Error(`colour ${index + palette.first} is not in the palette of ${palette.length}`);
    read(start + index * entryBytes, target, out);
  };
}
