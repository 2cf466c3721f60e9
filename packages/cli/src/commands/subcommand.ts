import type { Command, Option, OptionValues } from 'commander';
import type { ExitCode } from '../exit-codes.ts';

/** An argument; it stands for a file where it has no `choices`. */
export interface FileArgument {
  readonly name: string;
  readonly description: string;
  /** What a shell offers for it; any file where it is not given. */
  readonly ending?: `.${string}`;
  /** All that it can be, where it is a word and no file. */
  readonly choices?: readonly string[];
  /** Whether it may be left out; only behind those that may not. */
  readonly optional?: boolean;
}

/**
 * Does the work and prints; returns the exit code. Errors are thrown.
 *
 * @param program the whole command, of which this is a part
 */
export type RunSubcommand = (
  operands: readonly (string | undefined)[],
  options: OptionValues,
  program: Command,
) => Promise<ExitCode>;

/**
 * `mnnquant NAME …`: what the help, the completion of shells and the man page need to know without loading what does
 * the work. A file per command, listed in `commands/index.ts`.
 */
export interface Subcommand {
  readonly name: string;
  /** A line for lists of commands. */
  readonly summary: string;
  readonly files: readonly FileArgument[];
  /**
   * Made anew on each call, since commander keeps what was parsed in them. Shells offer folders for a value that is
   * called `<dir>`, and files with that ending for one like `<labels.csv>`.
   */
  options(): Option[];
  /** Lines of help below the options: examples. */
  readonly help?: string;
  load(): Promise<RunSubcommand>;
}
