import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { unzipSync } from 'fflate';
import { messageOf } from '../errors.ts';
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
  const bytes = await readFile(path);
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
  return parseArchive(await readFile(path));
}

/**
 * The arrays of an `.npz` archive by name.
 *
 * @throws {Error} when it is not such a file
 */
export function parseArchive(archive: Uint8Array): Map<string, NpyArray> {
  const entries = Object.entries(unzip(archive)).filter(([name]) => name.endsWith('.npy'));
  return new Map(
    entries.map(([file, bytes]) => {
      const name = file.slice(0, -'.npy'.length);
      try {
        return [name, parseNpy(bytes)];
      } catch (error) {
        throw new Error(`${name}: ${messageOf(error)}`, { cause: error });
      }
    }),
  );
}

function unzip(bytes: Uint8Array): Record<string, Uint8Array> {
  let files: Record<string, Uint8Array>;
  try {
    files = unzipSync(bytes);
  } catch (error) {
    throw new Error(`it is not an .npz file: ${messageOf(error)}`, { cause: error });
  }
  checkZip(bytes, files);
  return files;
}
