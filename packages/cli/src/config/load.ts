import { statSync } from 'node:fs';
import { messageOf, QuantizeError, UsageError } from '../errors.ts';
import { readWhole } from '../stable-file.ts';
import { type LoadedConfig, parseConfig } from './check.ts';

/**
 * Reads and checks a config file. Comments are allowed.
 *
 * @throws {UsageError} with every problem found: key, expected and got
 */
export function loadConfig(file: string): LoadedConfig {
  return parseConfig(readText(file), file, folderProblems);
}

function readText(file: string): string {
  try {
    return new TextDecoder().decode(readWhole(file));
  } catch (error) {
    if (error instanceof QuantizeError) throw error;
    throw new UsageError(`cannot read the config file ${file}: ${messageOf(error)}`);
  }
}

/** What is wrong with the folder that a config names. */
export function folderProblems(path: string): string[] {
  const entry = statSync(path, { throwIfNoEntry: false });
  if (entry === undefined)
    return [`path: expected a folder, but there is no ${path} (looked from ${process.cwd()})`];
  return entry.isDirectory() ? [] : [`path: expected a folder, got the file ${path}`];
}
