import type { ShellCommand } from './completion.ts';

/** The names of the options that a value follows. */
export function valuedNames({ options }: ShellCommand): string[] {
  return options.filter(({ value }) => value !== undefined).flatMap(({ names }) => names);
}
