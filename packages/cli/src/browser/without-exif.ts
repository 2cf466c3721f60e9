/** What begins a PNG file. */
const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

const EXIF_CHUNK = 0x65584966; // eXIf
const EXIF_SEGMENT = 0xe1; // APP1; XMP, which may say the orientation as well, is in such segments too
const START_OF_SCAN = 0xda;

/**
 * A PNG or JPEG file without its EXIF data; other files as they are. Browsers turn images as EXIF says, whatever
 * `createImageBitmap` is asked for; MNN does not.
 */
export function withoutExif(bytes: Uint8Array): Uint8Array {
  const cuts = PNG.every((byte, i) => bytes[i] === byte) ? pngChunks(bytes) : jpegSegments(bytes);
  if (cuts.length === 0) return bytes;
  const rest = new Uint8Array(bytes.length - cuts.reduce((sum, [from, to]) => sum + to - from, 0));
  let [kept, at] = [0, 0];
  for (const [from, to] of [...cuts, [bytes.length, bytes.length]]) {
    rest.set(bytes.subarray(at, from), kept);
    kept += from - at;
    at = to;
  }
  return rest;
}

type Cut = readonly [from: number, to: number];

/** Where a PNG has EXIF data (Portable Network Graphics 3.0, 5.3): length, type, data, checksum. */
function pngChunks(bytes: Uint8Array): Cut[] {
  const cuts: Cut[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = PNG.length; at + 12 <= bytes.length; ) {
    const end = at + 12 + view.getUint32(at);
    if (end > bytes.length) break;
    if (view.getUint32(at + 4) === EXIF_CHUNK) cuts.push([at, end]);
    at = end;
  }
  return cuts;
}

/** Where a JPEG has it (ITU-T T.81, B.1.1): marker, length that counts itself, data. */
function jpegSegments(bytes: Uint8Array): Cut[] {
  const cuts: Cut[] = [];
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return cuts;
  for (let at = 2; at + 4 <= bytes.length && bytes[at] === 0xff; ) {
    const marker = bytes[at + 1];
    if (marker === START_OF_SCAN) break;
    // Bytes of FF may stand before a marker.
    const end = marker === 0xff ? at + 1 : at + 2 + bytes[at + 2] * 256 + bytes[at + 3];
    if (end > bytes.length) break;
    if (marker === EXIF_SEGMENT) cuts.push([at, end]);
    at = end;
  }
  return cuts;
}
