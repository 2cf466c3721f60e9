import type { Command, Option } from 'commander';
import { UsageError } from '../errors.ts';
import { bashScript } from './completion-bash.ts';
import { fishScript } from './completion-fish.ts';
import { zshScript } from './completion-zsh.ts';
import { FILES } from './definition.ts';
import { SHELLS, type Shell } from './examples.ts';

/** An option as shells need it. */
export interface ShellOption {
  /** As typed: `-q`, `--quiet`. */
  readonly names: readonly string[];
  readonly description: string;
  /** What its value is called; none for a switch. */
  readonly value?: string;
  /** All that the value can be; empty where that is not known. */
  readonly choices: readonly string[];
}

/** What a completion script is made from. */
export interface Completed {
  readonly name: string;
  readonly options: readonly ShellOption[];
  readonly files: readonly { readonly name: string; readonly ending?: string }[];
}

const SCRIPTS: Readonly<Record<Shell, (completed: Completed) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

/**
 * The script that makes a shell complete the command, for its start file.
 *
 * @throws {UsageError} where there is none for `shell`
 */
export function completionScript(command: Command, shell: string | undefined): string {
  if (!isShell(shell))
    throw new UsageError(
      `completion: expected ${SHELLS.join(', ')}, got ${shell === undefined ? 'nothing' : `"${shell}"`} ` +
        '(a model called "completion" is read with all three arguments)',
    );
  const options = command.createHelp().visibleOptions(command).map(shellOption);
  return SCRIPTS[shell]({ name: command.name(), options, files: FILES });
}

function isShell(name: string | undefined): name is Shell {
  return SHELLS.some((shell) => shell === name);
}

function shellOption({ short, long, description, argChoices, flags }: Option): ShellOption {
  const names = [short, long].filter((name) => name !== undefined);
  return { names, description, value: /<(.+)>/.exec(flags)?.[1], choices: argChoices ?? [] };
}
