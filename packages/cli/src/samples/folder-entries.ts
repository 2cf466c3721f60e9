import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import type { SkippedFile } from './opened.ts';

/** What is in a folder, as far as its names can be used. */
export interface FolderEntries {
  readonly entries: readonly Dirent[];
  /** Entries whose names are no UTF-8: as text they would be those of other files, which are not there. */
  readonly unnamed: readonly SkippedFile[];
}

/** The entries of a folder; with `recursive` those of the folders inside as well. */
export async function folderEntries(path: string, recursive = false): Promise<FolderEntries> {
  const [entries, raw] = await Promise.all([
    readdir(path, { withFileTypes: true, recursive }),
    readdir(path, { encoding: 'buffer' }),
  ]);
  const bad = raw.filter((name) => !name.equals(Buffer.from(name.toString('utf8'))));
  if (bad.length === 0) return { entries, unnamed: [] };
  const shown = new Set(bad.map((name) => name.toString('utf8')));
  return {
    entries: entries.filter(({ name, parentPath }) => parentPath !== path || !shown.has(name)),
    unnamed: bad.map((name) => ({ name: escaped(name), reason: 'has a name that is not UTF-8; rename it' })),
  };
}

/** As shells and Python show such a name: `caf\xe9.jpg`. */
function escaped(name: Buffer): string {
  const bytes = [...name].map((byte) =>
    byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`,
  );
  return bytes.join('');
}
