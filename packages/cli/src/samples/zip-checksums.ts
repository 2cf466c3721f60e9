import { crc32 } from 'node:zlib';

const DIRECTORY_ENTRY = 0x02014b50;
const END_OF_DIRECTORY = 0x06054b50;
const END_LENGTH = 22;

/**
 * Compares the unpacked files of a zip archive with the checksums in its directory, which the unpacking
 * library leaves alone (PKWARE's APPNOTE 6.3, 4.3.12 and 4.3.16).
 *
 * @throws {Error} naming the first file that differs
 */
export function checkZip(archive: Uint8Array, files: Readonly<Record<string, Uint8Array>>): void {
  for (const [name, expected] of directory(archive)) {
    const bytes = files[name];
    if (bytes !== undefined && crc32(bytes) !== expected)
      throw new Error(`${name}: the data do not fit their checksum; the file is damaged`);
  }
}

/** Checksums by name. */
function directory(archive: Uint8Array): Map<string, number> {
  const view = new DataView(archive.buffer, archive.byteOffset, archive.byteLength);
  const checksums = new Map<string, number>();
  let end = archive.length - END_LENGTH;
  while (end >= 0 && view.getUint32(end, true) !== END_OF_DIRECTORY) end--;
  if (end < 0) return checksums;
  let at = view.getUint32(end + 16, true);
  while (at + 46 <= archive.length && view.getUint32(at, true) === DIRECTORY_ENTRY) {
    const [name, extra, comment] = [28, 30, 32].map((offset) => view.getUint16(at + offset, true));
    const text = new TextDecoder().decode(archive.subarray(at + 46, at + 46 + name));
    checksums.set(text, view.getUint32(at + 16, true));
    at += 46 + name + extra + comment;
  }
  return checksums;
}
