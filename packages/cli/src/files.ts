import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { messageOf, QuantizeError, UsageError } from './errors.ts';

/** A file to be written. */
export interface Output {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/**
 * Checks, before the long work, that the results can be written and overwrite nothing by accident.
 *
 * @param inputs files that are read; none of them may be a target
 * @throws {UsageError}
 */
export function checkTargets(targets: readonly string[], inputs: readonly string[]): void {
  for (const [at, target] of targets.entries()) {
    if (target === '' || /[\\/]$/.test(target))
      throw new UsageError(`cannot write "${target}": expected the name of a file`);
    const folder = dirname(resolve(target));
    const state = statSync(folder, { throwIfNoEntry: false });
    if (!state?.isDirectory()) throw new UsageError(`cannot write ${target}: there is no folder ${folder}`);
    const present = statSync(target, { throwIfNoEntry: false });
    if (present?.isDirectory()) throw new UsageError(`cannot write ${target}: it is a folder`);
    // A device such as /dev/null would be replaced by a file.
    if (present && !present.isFile())
      throw new UsageError(`cannot write ${target}: it is not a regular file`);
    try {
      accessSync(folder, constants.W_OK);
    } catch {
      throw new UsageError(`cannot write ${target}: the folder ${folder} is not writable`);
    }
    if (targets.some((other, i) => i < at && isSameFile(target, other)))
      throw new UsageError(`${target} would be written twice; give another name`);
    for (const input of inputs) {
      if (isSameFile(target, input))
        throw new UsageError(`${target} would overwrite the input ${input}; give another name`);
    }
    // Where a pipe was looked at last, Node 20 takes modules behind links for files of their own, and finds not what they need.
    statSync(folder);
  }
}

function isSameFile(a: string, b: string): boolean {
  if (realPath(a) === realPath(b)) return true;
  const [first, second] = [statSync(a, { throwIfNoEntry: false }), statSync(b, { throwIfNoEntry: false })];
  return (
    first !== undefined &&
    second !== undefined &&
    first.ino !== 0 &&
    first.ino === second.ino &&
    first.dev === second.dev
  );
}

/** With links resolved as far as the path exists. */
function realPath(path: string): string {
  const whole = resolve(path);
  try {
    return realpathSync(whole);
  } catch {
    const folder = dirname(whole);
    return folder === whole ? whole : join(realPath(folder), basename(whole));
  }
}

/**
 * Writes all files or none: each goes to a temporary file beside its target first, and only when all
 * are on the disk are they renamed. Signals wait until it is done.
 *
 * @throws {QuantizeError} naming the file; nothing is left behind then, and older files are as before
 */
export function writeTogether(outputs: readonly Output[]): void {
  const temporary = outputs.map(({ path }) => join(dirname(path), `.${basename(path)}.${process.pid}.tmp`));
  const renamed = new Map<string, Uint8Array | undefined>();
  const release = holdSignals();
  try {
    for (const [i, { path, bytes }] of outputs.entries()) writeDurably(temporary[i], bytes, path);
    for (const [i, { path }] of outputs.entries()) {
      // Nothing can fail after the last one, and that is the large one.
      const older = i < outputs.length - 1 ? olderContent(path) : undefined;
      renameOver(temporary[i], path);
      renamed.set(path, older);
    }
  } catch (error) {
    for (const path of temporary) rmSync(path, { force: true });
    for (const [path, older] of renamed) {
      if (older) writeFileSync(path, older);
      else rmSync(path, { force: true });
    }
    throw error;
  } finally {
    release();
  }
}

function olderContent(target: string): Uint8Array | undefined {
  try {
    return existsSync(target) ? readFileSync(target) : undefined;
  } catch (error) {
    throw new QuantizeError(`cannot write ${target}: ${messageOf(error)}`, { cause: error });
  }
}

function renameOver(temporary: string, target: string): void {
  try {
    renameSync(temporary, target);
  } catch (error) {
    throw new QuantizeError(`cannot write ${target}: ${messageOf(error)}`, { cause: error });
  }
}

/** With a listener a signal is delivered after the running code, not in the middle of it. */
function holdSignals(): () => void {
  const ignore = (): void => {};
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, ignore);
  return () => {
    for (const signal of signals) process.off(signal, ignore);
  };
}

function writeDurably(temporary: string, bytes: Uint8Array, target: string): void {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(temporary, 'wx');
    for (let done = 0; done < bytes.length; ) done += writeSync(descriptor, bytes, done);
    fsyncSync(descriptor);
  } catch (error) {
    throw new QuantizeError(`cannot write ${target}: ${messageOf(error)}`, { cause: error });
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}
