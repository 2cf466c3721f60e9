import type { Command, Option } from 'commander';
import { SUBCOMMANDS } from '../commands/index.ts';
import type { FileArgument, Subcommand } from '../commands/subcommand.ts';
import { bashScript } from './completion-bash.ts';
import { fishScript } from './completion-fish.ts';
import { zshScript } from './completion-zsh.ts';
import { FILES } from './definition.ts';
import type { Shell } from './examples.ts';

/** What a value can be, as shells need it: one of `choices`, or a file with an ending. */
export interface ShellValue {
  readonly name: string;
  /** All that it can be; empty where that is not known. */
  readonly choices: readonly string[];
  /** Of the files that fit; empty for any file, `/` for folders only, `undefined` where it is no file. */
  readonly ending?: string;
}

/** An option as shells need it. */
export interface ShellOption {
  /** As typed: `-q`, `--quiet`. */
  readonly names: readonly string[];
  readonly description: string;
  /** None for a switch. */
  readonly value?: ShellValue;
}

/** What is read behind the name of a command; that of quantizing itself is empty. */
export interface ShellCommand {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly ShellOption[];
  readonly operands: readonly ShellValue[];
}

/** What a completion script is made from. */
export interface Completed {
  readonly name: string;
  /** Quantizing first; the others begin with their name. */
  readonly commands: readonly [ShellCommand, ...ShellCommand[]];
}

const SCRIPTS: Readonly<Record<Shell, (completed: Completed) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

/**
 * The script that makes a shell complete the command, for its start file.
 *
 * @param subcommands those of `program`
 */
export function completionScript(
  program: Command,
  shell: Shell,
  subcommands: readonly Subcommand[] = SUBCOMMANDS,
): string {
  const parts = program.commands.map((command) => {
    const files = subcommands.find(({ name }) => name === command.name())?.files ?? [];
    return shellCommand(command, command.name(), files);
  });
  return SCRIPTS[shell]({
    name: program.name(),
    commands: [shellCommand(program, '', FILES), ...parts],
  });
}

function shellCommand(command: Command, name: string, files: readonly FileArgument[]): ShellCommand {
  return {
    name,
    summary: command.description(),
    options: command.createHelp().visibleOptions(command).map(shellOption),
    operands: files.map((file) => ({
      name: file.name,
      choices: file.choices ?? [],
      ending: file.choices ? undefined : (file.ending ?? ''),
    })),
  };
}

function shellOption({ short, long, description, argChoices, flags }: Option): ShellOption {
  const names = [short, long].filter((name) => name !== undefined);
  const name = /<(.+)>/.exec(flags)?.[1];
  if (name === undefined) return { names, description };
  const ending = name.toLowerCase() === 'dir' ? '/' : /\.\w+$/.exec(name)?.[0];
  return { names, description, value: { name, choices: argChoices ?? [], ending } };
}
