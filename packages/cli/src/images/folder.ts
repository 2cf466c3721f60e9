import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { folderEntries } from '../samples/folder-entries.ts';
import { compareNames, type SkippedFile } from '../samples/opened.ts';
import { readWholeLater, SeenContent } from '../stable-file.ts';
import { decodePixels } from './decode.ts';
import { type ImageSet, openImageSet, type PreparingOptions } from './image-set.ts';

export interface ImageFolderOptions extends PreparingOptions {
  /** Relative to the working directory, as in MNN. */
  readonly path: string;
}

/** The readable images of a folder, in the order of their names. */
export type ImageFolder = ImageSet;

/**
 * Opens a folder of images: every file is decoded once, so that what is not an image is known before
 * anything is counted. Sub-folders are not entered.
 *
 * @throws {QuantizeError} when the folder has no readable image
 */
export async function openImageFolder({ path, ...options }: ImageFolderOptions): Promise<ImageFolder> {
  const { names, skipped } = await imageEntries(path);
  const seen = new SeenContent();
  const read = async (name: string): Promise<Uint8Array> => {
    const bytes = await readWholeLater(join(path, name));
    seen.check(join(path, name), [bytes]);
    return bytes;
  };
  const place = `the folder ${path}`;
  return openImageSet({ option: 'path', place, names, skipped, read, decode: decodePixels }, options);
}

/** What lies in a folder, in the order of the names: files that may be images, and what surely is none. */
export async function imageEntries(path: string): Promise<{ names: string[]; skipped: SkippedFile[] }> {
  const names: string[] = [];
  const { entries, unnamed } = await folderEntries(path);
  const skipped: SkippedFile[] = [...unnamed];
  for (const entry of entries.toSorted((a, b) => compareNames(a.name, b.name))) {
    const { name } = entry;
    // What a link leads to counts.
    const target = entry.isSymbolicLink() ? await stat(join(path, name)).catch(() => undefined) : entry;
    if (name.startsWith('.')) skipped.push({ name, reason: 'is hidden (its name begins with a dot)' });
    else if (target?.isFile()) names.push(name);
    else skipped.push({ name, reason: target?.isDirectory() ? 'is a folder' : 'is not a regular file' });
  }
  return { names, skipped };
}
