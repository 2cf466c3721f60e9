import { extname } from 'node:path';
import { type UnzipFileInfo, unzipSync } from 'fflate';
import { messageOf } from '../errors.ts';
import { readWholeLater } from '../stable-file.ts';
import { type NpyArray, parseNpy } from './npy.ts';
import type { Numbers } from './numbers.ts';
import { parseText } from './text.ts';
import { checkZip } from './zip-checksums.ts';

/** Numbers out of a file; the shape only where the file has one. */
export interface FileArray {
  readonly shape?: readonly number[];
  readonly data: Numbers;
}

/** Endings of files with one array. */
export const ARRAY_ENDINGS = ['.txt', '.npy', '.bin', '.f32', '.raw'];

export const ARCHIVE_ENDING = '.npz';

/**
 * Reads a file with one array: `.txt`, `.npy`, or little-endian float32 (`.bin`, `.f32`, `.raw`).
 *
 * @throws {Error} when the content is not what the name says
 */
export async function readArray(path: string): Promise<FileArray> {
  const bytes = await readWholeLater(path);
  const ending = extname(path);
  if (ending === '.npy') return parseNpy(bytes);
  if (ending === '.txt') return { data: parseText(new TextDecoder().decode(bytes)) };
  if (bytes.length % 4 !== 0)
    throw new Error(`expected float32 numbers of 4 bytes, got ${bytes.length} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return { data: Float32Array.from({ length: bytes.length / 4 }, (_, i) => view.getFloat32(i * 4, true)) };
}

/** The arrays of an `.npz` file by name. As {@link parseArchive}. */
export async function readArchive(path: string): Promise<Map<string, NpyArray>> {
  return parseArchive(await readWholeLater(path));
}

/**
 * The arrays of an `.npz` archive by name.
 *
 * @throws {Error} when it is not such a file
 */
export function parseArchive(archive: Uint8Array): Map<string, NpyArray> {
  return new Map(
    Object.entries(unzip(archive)).map(([file, bytes]) => {
      const name = file.slice(0, -'.npy'.length);
      try {
        return [name, parseNpy(bytes)];
      } catch (error) {
        throw new Error(`${name}: ${messageOf(error)}`, { cause: error });
      }
    }),
  );
}

/** Deflate makes at most 258 bytes of two bits (RFC 1951): a larger claim is damage. */
const MOST_PER_BYTE = 1032;
/** Of all arrays of an archive together, unpacked; no sample has more. */
const MOST_BYTES = 2 ** 30;

/** The arrays in an archive. What a header claims is checked before memory is taken for it. */
function unzip(bytes: Uint8Array): Record<string, Uint8Array> {
  let files: Record<string, Uint8Array>;
  let total = 0;
  const filter = ({ name, size, originalSize }: UnzipFileInfo): boolean => {
    if (!name.endsWith('.npy')) return false;
    total += originalSize;
    if (size > bytes.length || originalSize > MOST_PER_BYTE * (size + 1))
      throw new Error(`${name}: ${size} bytes cannot unpack to ${originalSize}; the file is damaged`);
    if (total > MOST_BYTES) throw new Error(`its arrays take more than ${MOST_BYTES} bytes`);
    return true;
  };
  try {
    files = unzipSync(bytes, { filter });
  } catch (error) {
    throw new Error(`it is not an .npz file: ${messageOf(error)}`, { cause: error });
  }
  checkZip(bytes, files);
  return files;
}
