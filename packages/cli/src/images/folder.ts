import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { RgbaImage } from '@mnnquant/calibrate';
import { messageOf, QuantizeError } from '../errors.ts';
import { compareNames, type SkippedFile } from '../samples/opened.ts';
import { decodeImage } from './decode.ts';

export interface ImageFolderOptions {
  /** Relative to the working directory, as in MNN. */
  readonly path: string;
  /** Use at most so many images; `undefined` for all. */
  readonly limit: number | undefined;
  /** Makes the network's input of an image. */
  readonly prepare: (image: RgbaImage) => Float32Array;
  /** Prepared inputs are kept up to this many bytes; the rest is decoded again when it is needed. */
  readonly cacheBytes: number;
  readonly onProgress?: (done: number, total: number) => void;
}

/** The readable images of a folder, in the order of their names. */
export interface ImageFolder {
  readonly names: readonly string[];
  readonly skipped: readonly SkippedFile[];
  /** Files in the folder that `limit` left out. */
  readonly unused: number;
  load(index: number): Promise<Float32Array>;
}

/** Decoding happens outside of JavaScript's thread: a few files at once keep it busy. */
const FILES_AT_ONCE = 4;

/**
 * Opens a folder of images: every file is decoded once, so that what is not an image is known before
 * anything is counted. Sub-folders are not entered.
 *
 * @throws {QuantizeError} when the folder has no readable image
 */
export async function openImageFolder(options: ImageFolderOptions): Promise<ImageFolder> {
  const { path, limit = Number.POSITIVE_INFINITY, prepare } = options;
  const { files, skipped } = await sortedEntries(path);
  const names: string[] = [];
  const cache = new Map<number, Float32Array>();
  let cached = 0;
  let next = 0;
  while (next < files.length && names.length < limit) {
    const batch = files.slice(next, next + Math.min(FILES_AT_ONCE, limit - names.length));
    const results = await Promise.all(batch.map((name) => prepareFile(join(path, name), name, prepare)));
    for (const [i, result] of results.entries()) {
      if (typeof result === 'string') {
        skipped.push({ name: batch[i], reason: result });
        continue;
      }
      if (cached + result.byteLength <= options.cacheBytes) {
        cache.set(names.length, result);
        cached += result.byteLength;
      }
      names.push(batch[i]);
    }
    next += batch.length;
    options.onProgress?.(next, Math.min(files.length, limit + skipped.length));
  }
  if (names.length === 0) throw new QuantizeError(noImages(path, skipped));
  const load = async (index: number): Promise<Float32Array> => {
    const ready = cache.get(index);
    if (ready) return ready;
    const again = await prepareFile(join(path, names[index]), names[index], prepare);
    if (typeof again === 'string')
      throw new QuantizeError(`${names[index]} could be read before, but not now: ${again}`);
    return again;
  };
  return {
    names,
    skipped: skipped.sort((a, b) => compareNames(a.name, b.name)),
    unused: files.length - next,
    load,
  };
}

async function sortedEntries(path: string): Promise<{ files: string[]; skipped: SkippedFile[] }> {
  const files: string[] = [];
  const skipped: SkippedFile[] = [];
  for (const name of (await readdir(path)).sort(compareNames)) {
    const entry = await stat(join(path, name)).catch(() => undefined);
    if (name.startsWith('.')) skipped.push({ name, reason: 'is hidden (its name begins with a dot)' });
    else if (entry?.isFile()) files.push(name);
    else skipped.push({ name, reason: entry?.isDirectory() ? 'is a folder' : 'is not a regular file' });
  }
  return { files, skipped };
}

/** The prepared input, or why there is none. */
async function prepareFile(
  path: string,
  name: string,
  prepare: (image: RgbaImage) => Float32Array,
): Promise<Float32Array | string> {
  try {
    return prepare(await decodeImage(await readFile(path), name));
  } catch (error) {
    if (error instanceof QuantizeError) throw error;
    return messageOf(error).replace(`${name}: `, '');
  }
}

function noImages(path: string, skipped: readonly SkippedFile[]): string {
  if (skipped.length === 0) return `path: the folder ${path} is empty; put sample images into it`;
  const shown = skipped.slice(0, 5).map(({ name, reason }) => `  ${name}: ${reason}`);
  const more = skipped.length > shown.length ? [`  … and ${skipped.length - shown.length} more`] : [];
  return [`path: no readable image in ${path}:`, ...shown, ...more].join('\n');
}
