import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib';
import { Zip, type ZipInputFile } from 'fflate';
import { zipDirectory } from '../samples/zip-checksums.ts';

/** Counts hardly get smaller by more effort, which takes longer than many a run. */
const LEVEL = 1;
/** The number of deflate (PKWARE's APPNOTE 6.3, 4.4.5). */
const DEFLATE = 8;
/** Zip knows times from 1980 on; a real one would change the bytes from run to run. */
const NO_TIME = new Date(1980, 0, 1);

/**
 * A zip archive. Node's own zlib packs the members, which takes a quarter of the library's time.
 *
 * @param members names and what makes the content: one after the other is in memory
 */
export function zipArchive(members: Iterable<readonly [string, () => Uint8Array]>): Uint8Array {
  const chunks: Uint8Array[] = [];
  const zip = new Zip((error, chunk) => {
    if (error) throw error;
    chunks.push(chunk);
  });
  for (const [filename, content] of members) {
    const bytes = content();
    const file: ZipInputFile = {
      filename,
      compression: DEFLATE,
      size: bytes.length,
      crc: crc32(bytes),
      mtime: NO_TIME,
    };
    zip.add(file);
    // `add` has given it one.
    file.ondata!(null, deflateRawSync(bytes, { level: LEVEL }), true);
  }
  zip.end();
  return Buffer.concat(chunks);
}

/** Bytes of a member's header without its name and what else it has (PKWARE's APPNOTE 6.3, 4.3.7). */
const HEADER = 30;

/** Brings members of an archive that `zipArchive` wrote, by name; each is unpacked when it is asked for. */
export function zipMembers(archive: Uint8Array): (name: string) => Uint8Array | undefined {
  const view = new DataView(archive.buffer, archive.byteOffset, archive.byteLength);
  const entries = zipDirectory(archive);
  return (name) => {
    const entry = entries.get(name);
    if (entry === undefined) return undefined;
    const { offset, packed, checksum } = entry;
    const [nameBytes, extraBytes] = [26, 28].map((from) => view.getUint16(offset + from, true));
    const start = offset + HEADER + nameBytes + extraBytes;
    const bytes = inflateRawSync(archive.subarray(start, start + packed));
    if (crc32(bytes) !== checksum) throw new Error(`${name}: the data do not fit their checksum`);
    return bytes;
  };
}
