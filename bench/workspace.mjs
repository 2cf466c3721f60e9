import { cpSync, linkSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Calls `work(folder, signal)` with a new folder that is removed in the end, also after Ctrl-C or SIGTERM: then `signal` is
 * aborted, the running job with it, and the exit code is 130.
 */
export async function withWorkspace(work) {
  const folder = mkdtempSync(join(tmpdir(), 'mnnquant-bench-'));
  const controller = new AbortController();
  const stop = () => controller.abort();
  process.on('SIGINT', stop).on('SIGTERM', stop);
  try {
    return await work(folder, controller.signal);
  } catch (error) {
    if (!controller.signal.aborted) throw error;
    process.exitCode = 130;
    return undefined;
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** A new folder with the first `count` images, by name, of the given folders together; links where the disk is the same. */
export function gatherImages(target, folders, count) {
  const names = folders.flatMap((folder) => readdirSync(folder).map((name) => ({ name, folder })));
  names.sort((a, b) => (a.name < b.name ? -1 : 1));
  if (names.length < count)
    throw new Error(`${folders.join(', ')}: ${names.length} images, expected ${count}`);
  mkdirSync(target, { recursive: true });
  for (const { name, folder } of names.slice(0, count)) place(join(folder, name), join(target, name));
  return target;
}

function place(source, target) {
  try {
    linkSync(source, target);
  } catch {
    cpSync(source, target);
  }
}
