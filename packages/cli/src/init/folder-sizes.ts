import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodePixels } from '../images/decode.ts';
import { compareNames } from '../samples/opened.ts';
import type { FolderSizes } from './answers.ts';

/** So many tell what a folder holds. */
const LOOKED_AT = 8;

/** The sizes of the first readable images of a folder; `undefined` where there is no such folder. */
export async function folderSizes(path: string): Promise<FolderSizes | undefined> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => undefined);
  if (entries === undefined) return undefined;
  const names = entries
    .filter((entry) => (entry.isFile() || entry.isSymbolicLink()) && !entry.name.startsWith('.'))
    .map(({ name }) => name)
    .sort(compareNames);
  const sizes: { width: number; height: number }[] = [];
  for (const name of names.slice(0, LOOKED_AT)) {
    try {
      const { width, height } = await decodePixels(await readFile(join(path, name)), name);
      sizes.push({ width, height });
    } catch {
      // What is no image is told when the job runs, with the reason.
    }
  }
  return { files: names.length, sizes };
}
