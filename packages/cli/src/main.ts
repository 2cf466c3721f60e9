import { existsSync } from 'node:fs';
import { CommanderError } from 'commander';
import { createCommand, type Flags } from './command/definition.ts';
import { SUBCOMMANDS } from './commands/index.ts';
import { messageOf, UsageError } from './errors.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { printable } from './printable.ts';

/**
 * Runs the command; returns its exit code.
 *
 * Signals can come at any time: results only appear at the very end, by renaming.
 */
export async function main(args: readonly string[]): Promise<number> {
  ignoreClosedPipes();
  let code: ExitCode = EXIT.done;
  const command = createCommand((returned) => {
    code = returned;
  }).action(run);
  try {
    await command.parseAsync([...args], { from: 'user' });
    return code;
  } catch (error) {
    const failed = report(error);
    if (failed !== EXIT.done) explainCommandName(command.args[0]);
    return failed;
  }
}

/** The name of a command is never read as a file: who has a model that is called so learns how to name it. */
function explainCommandName(first: string | undefined): void {
  if (first === undefined || !SUBCOMMANDS.some(({ name }) => name === first) || !existsSync(first)) return;
  process.stderr.write(`(${first} is a command; the file of that name is given as ./${first})\n`);
}

async function run(source: string, target: string, config: string, flags: Flags): Promise<void> {
  // Loaded here, so that --help and --version answer at once.
  const { quantizeCommand } = await import('./quantize-command.ts');
  const { memory, quiet, json, ...options } = flags;
  await quantizeCommand({ source, target, config, memoryBytes: memory, ...options }, { quiet, json });
}

function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  process.stderr.write(`error: ${printable(messageOf(error))}\n`);
  return error instanceof UsageError ? EXIT.usage : EXIT.failed;
}

/** `mnnquant … | head`: the reader went away, which is no error of ours and does not stop the work. */
function ignoreClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') return;
      process.exitCode = EXIT.failed;
      if (stream === process.stdout)
        process.stderr.write(`error: cannot write to the output: ${error.message}\n`);
    });
  }
}
