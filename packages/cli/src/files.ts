import {
  closeSync,
  constants,
  copyFileSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { messageOf, QuantizeError } from './errors.ts';
import { removeStale, temporaryName } from './temporary-files.ts';

/** A file to be written. */
export interface Output {
  readonly path: string;
  readonly bytes: Uint8Array;
  /** Makes no sense with an older one of the files that are written after it: those are taken away before. */
  readonly belongsToLater?: boolean;
}

/** An output on its way. */
interface Pending extends Output {
  /** The new content, beside the target. */
  readonly fresh: string;
  /** The older content under another name; only there where there was one. */
  readonly older: string;
  hasOlder: boolean;
  isRenamed: boolean;
}

/**
 * Writes all files or none: each goes to a temporary file beside its target first, and only when all are on the disk
 * are they renamed, in the order given. What was there before is kept under another name until then, so that putting
 * it back takes no space. Signals wait until it is done.
 *
 * A process that is killed (SIGKILL, loss of power) leaves every single file either as it was or new, except that one
 * after a file with `belongsToLater` may be missing. Its temporary files are removed by a later run.
 *
 * @throws {QuantizeError} naming the file; nothing is left behind then, and older files are as before
 */
export function writeTogether(outputs: readonly Output[]): void {
  const pending = outputs.map(
    (output): Pending => ({
      ...output,
      fresh: temporaryName(output.path, 'new'),
      older: temporaryName(output.path, 'old'),
      hasOlder: false,
      isRenamed: false,
    }),
  );
  const release = holdSignals();
  try {
    for (const one of pending) removeStale(one.path);
    for (const one of pending) naming(one, writeDurably);
    for (const one of pending) naming(one, keepOlder);
    for (const [i, one] of pending.entries()) {
      if (one.belongsToLater) for (const later of pending.slice(i + 1)) naming(later, takeAway);
      naming(one, putInPlace);
    }
    for (const folder of new Set(pending.map(({ path }) => dirname(path)))) syncFolder(folder);
  } catch (error) {
    for (const one of pending) undo(one);
    throw error;
  } finally {
    for (const { fresh, older } of pending) for (const path of [fresh, older]) removeQuietly(path);
    release();
  }
}

function naming(output: Pending, step: (output: Pending) => void): void {
  try {
    step(output);
  } catch (error) {
    throw new QuantizeError(`cannot write ${output.path}: ${messageOf(error)}`, { cause: error });
  }
}

function writeDurably({ fresh, bytes }: Pending): void {
  const descriptor = openSync(fresh, 'wx');
  try {
    for (let done = 0; done < bytes.length; ) {
      const written = writeSync(descriptor, bytes, done);
      if (written === 0)
        throw new Error(`nothing more can be written after ${done} of ${bytes.length} bytes`);
      done += written;
    }
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** A second name takes no space; not every file system has such. */
function keepOlder(output: Pending): void {
  const { path, older } = output;
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return;
  try {
    linkSync(path, older);
  } catch {
    copyFileSync(path, older, constants.COPYFILE_EXCL);
  }
  output.hasOlder = true;
}

function takeAway(output: Pending): void {
  if (!output.hasOlder) return;
  // Undone by putting the older one back.
  output.isRenamed = true;
  rmSync(output.path);
}

function putInPlace(output: Pending): void {
  renameSync(output.fresh, output.path);
  output.isRenamed = true;
}

function undo({ path, older, hasOlder, isRenamed }: Pending): void {
  if (!isRenamed) return;
  try {
    if (hasOlder) renameSync(older, path);
    else rmSync(path, { force: true });
  } catch {
    // The first error is the one to tell.
  }
}

function removeQuietly(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // A later run tries again.
  }
}

/** Makes renames last a loss of power, where a folder can be opened; the files themselves are on the disk already. */
function syncFolder(folder: string): void {
  try {
    const descriptor = openSync(folder, 'r');
    try {
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  } catch {
    // Windows, and some network file systems.
  }
}

/**
 * With a listener a signal is delivered after the running code, not in the middle of it. SIGXFSZ, which comes with a
 * write beyond a limit of the shell, becomes the write's error.
 */
function holdSignals(): () => void {
  const ignore = (): void => {};
  const signals: NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  if (process.platform !== 'win32') signals.push('SIGXFSZ');
  for (const signal of signals) process.on(signal, ignore);
  return () => {
    for (const signal of signals) process.off(signal, ignore);
  };
}
