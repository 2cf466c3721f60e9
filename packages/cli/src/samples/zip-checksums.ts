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
  for (const [name, { checksum }] of zipDirectory(archive)) {
    const bytes = files[name];
    if (bytes !== undefined && crc32(bytes) !== checksum)
      throw new Error(`${name}: the data do not fit their checksum; the file is damaged`);
  }
}

/** What the directory of an archive says of a member. */
export interface ZipEntry {
  /** CRC-32 of the unpacked content. */
  readonly checksum: number;
  /** Bytes of the packed content. */
  readonly packed: number;
  /** Where the member's own header begins. */
  readonly offset: number;
}

/** The directory of a zip archive by names; empty where it has none. */
export function zipDirectory(archive: Uint8Array): Map<string, ZipEntry> {
  const view = new DataView(archive.buffer, archive.byteOffset, archive.byteLength);
  const entries = new Map<string, ZipEntry>();
  let end = archive.length - END_LENGTH;
  while (end >= 0 && view.getUint32(end, true) !== END_OF_DIRECTORY) end--;
  if (end < 0) return entries;
  let at = view.getUint32(end + 16, true);
  while (at + 46 <= archive.length && view.getUint32(at, true) === DIRECTORY_ENTRY) {
    const [name, extra, comment] = [28, 30, 32].map((offset) => view.getUint16(at + offset, true));
    const text = new TextDecoder().decode(archive.subarray(at + 46, at + 46 + name));
    const [checksum, packed, , offset] = [16, 20, 24, 42].map((from) => view.getUint32(at + from, true));
    entries.set(text, { checksum, packed, offset });
    at += 46 + name + extra + comment;
  }
  return entries;
}
