import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { UsageError } from './errors.ts';

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
