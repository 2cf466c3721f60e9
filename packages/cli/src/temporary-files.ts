import { randomBytes } from 'node:crypto';
import { readdirSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** No file is written for so long: an older one belongs to nobody, also to no process of another machine. */
const STALE_MS = 10 * 60 * 1000;

/** Characters of the target's name that a temporary name keeps: file systems take 255 bytes. */
const KEPT_CHARACTERS = 40;

/**
 * A name beside `target` that nothing else has: `.DST.mnn.1234.5f0c9a3b71d2.new`. The number is the process; where
 * every container counts from 1, the rest tells them apart.
 */
export function temporaryName(target: string, ending: 'new' | 'old'): string {
  const unique = `${process.pid}.${randomBytes(6).toString('hex')}`;
  return join(dirname(target), `.${kept(target)}.${unique}.${ending}`);
}

function kept(target: string): string {
  return [...basename(target)].slice(0, KEPT_CHARACTERS).join('');
}

/** Removes what runs that were killed left beside `target`: old, and of a process that is no more. */
export function removeStale(target: string): void {
  const folder = dirname(target);
  const start = `.${kept(target)}.`;
  try {
    for (const name of readdirSync(folder)) {
      if (!name.startsWith(start)) continue;
      const match = /^(\d+)\.[0-9a-f]{12}\.(?:new|old)$/.exec(name.slice(start.length));
      if (match === null || isAlive(Number(match[1]))) continue;
      const path = join(folder, name);
      if (Date.now() - statSync(path).mtimeMs > STALE_MS) rmSync(path, { force: true });
    }
  } catch {
    // A folder that cannot be listed, or another run that cleans up as well: nothing to fail for.
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
