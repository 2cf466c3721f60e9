import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { PixelImage } from '@mnnquant/calibrate';
import { messageOf, QuantizeError } from '../errors.ts';
import { compareNames, type SkippedFile } from '../samples/opened.ts';
import { decodePixels } from './decode.ts';

export interface ImageFolderOptions {
  /** Relative to the working directory, as in MNN. */
  readonly path: string;
  /** Use at most so many images; `undefined` for all. */
  readonly limit: number | undefined;
  /** Makes the network's input of an image. */
  readonly prepare: (image: PixelImage) => Float32Array;
  /** Prepared inputs are kept up to this many bytes; the rest is decoded again when it is needed. */
  readonly cacheBytes: number;
  /** What is kept lies in memory that threads share. */
  readonly shared?: boolean;
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

/** Decoding happens in Node's pool of four threads; with one more under way none of them waits. */
const FILES_AT_ONCE = 5;

/**
 * Opens a folder of images: every file is decoded once, so that what is not an image is known before
 * anything is counted. Sub-folders are not entered.
 *
 * @throws {QuantizeError} when the folder has no readable image
 */
export async function openImageFolder(options: ImageFolderOptions): Promise<ImageFolder> {
  const { path, prepare } = options;
  const { files, skipped } = await sortedEntries(path);
  const outcomes = await prepareFiles(files, options);
  const used: { readonly name: string; readonly input?: Float32Array }[] = [];
  for (const [i, outcome] of outcomes.entries()) {
    if (typeof outcome === 'string') skipped.push({ name: files[i], reason: outcome });
    else used.push({ name: files[i], input: outcome });
  }
  if (used.length === 0) throw new QuantizeError(noImages(path, skipped));
  const load = async (index: number): Promise<Float32Array> => {
    const { name, input } = used[index];
    if (input) return input;
    const again = await prepareFile(join(path, name), name, prepare);
    if (typeof again === 'string') throw new QuantizeError(`could be read before, but not now: ${again}`);
    return again;
  };
  return {
    names: used.map(({ name }) => name),
    skipped: skipped.sort((a, b) => compareNames(a.name, b.name)),
    unused: files.length - outcomes.length,
    load,
  };
}

/** Of a file: the prepared input, `undefined` where there was no memory to keep it, or why there is none. */
type Outcome = Float32Array | undefined | string;

/**
 * Prepares files from the first on, several at once, until as many as the limit asks for are readable. No
 * file is begun that could be one too many.
 */
async function prepareFiles(
  files: readonly string[],
  { path, limit = Number.POSITIVE_INFINITY, prepare, cacheBytes, shared, onProgress }: ImageFolderOptions,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  let [begun, failed, done, left] = [0, 0, 0, cacheBytes];
  const workThrough = async (): Promise<void> => {
    while (begun < files.length && begun - failed < limit) {
      const index = begun++;
      const result = await prepareFile(join(path, files[index]), files[index], prepare);
      if (typeof result === 'string') {
        outcomes[index] = result;
        failed++;
      } else if (result.byteLength <= left) {
        outcomes[index] = shared ? sharedCopy(result) : result;
        left -= result.byteLength;
      } else outcomes[index] = undefined;
      onProgress?.(++done, Math.min(files.length, limit + failed));
    }
  };
  await Promise.all(Array.from({ length: FILES_AT_ONCE }, workThrough));
  return outcomes;
}

/** Only what lives long: the engine's garbage collector does not see how large shared memory is. */
function sharedCopy(floats: Float32Array): Float32Array {
  const copy = new Float32Array(new SharedArrayBuffer(floats.byteLength));
  copy.set(floats);
  return copy;
}

async function sortedEntries(path: string): Promise<{ files: string[]; skipped: SkippedFile[] }> {
  const files: string[] = [];
  const skipped: SkippedFile[] = [];
  const entries = await readdir(path, { withFileTypes: true });
  for (const entry of entries.sort((a, b) => compareNames(a.name, b.name))) {
    const { name } = entry;
    // What a link leads to counts.
    const target = entry.isSymbolicLink() ? await stat(join(path, name)).catch(() => undefined) : entry;
    if (name.startsWith('.')) skipped.push({ name, reason: 'is hidden (its name begins with a dot)' });
    else if (target?.isFile()) files.push(name);
    else skipped.push({ name, reason: target?.isDirectory() ? 'is a folder' : 'is not a regular file' });
  }
  return { files, skipped };
}

/** The prepared input, or why there is none. */
async function prepareFile(
  path: string,
  name: string,
  prepare: (image: PixelImage) => Float32Array,
): Promise<Float32Array | string> {
  try {
    return prepare(await decodePixels(await readFile(path), name));
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
