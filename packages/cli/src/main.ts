import { existsSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { CommanderError } from 'commander';
import { createCommand, type Flags } from './command/definition.ts';
import { SUBCOMMANDS } from './commands/index.ts';
import type { DebugReport } from './debug-report.ts';
import { messageOf, UsageError } from './errors.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { printable } from './printable.ts';
import { createPhases, createProgress, SILENT } from './progress.ts';
import { beforeStopping } from './stop-signals.ts';

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
  const quiet = flags.quiet || flags.json;
  const phases = createPhases((title) => (quiet ? SILENT : createProgress(title, process.stderr)));
  let done = 'nothing was written';
  const release = beforeStopping((signal) => {
    phases.stop();
    process.stderr.write(`error: stopped by ${signal}; ${done}\n`);
  });
  try {
    if (flags.fastMath) allowRelaxedSimd();
    // Loaded here, so that --help and --version answer at once.
    const [{ quantizeFile }, { formatSummary }] = await Promise.all([
      import('./quantize-file.ts'),
      import('./summary.ts'),
    ]);
    const outcome = await quantizeFile({
      source,
      target,
      config,
      memoryBytes: flags.memory,
      threads: flags.threads,
      backend: flags.backend,
      strictBackend: flags.strictBackend,
      fastMath: flags.fastMath,
      saveStats: flags.saveStats,
      loadStats: flags.loadStats,
      report: flags.report,
      onProgress: phases.update,
      onWarning: (message) => {
        phases.stop();
        process.stderr.write(`warning: ${printable(message)}\n`);
      },
      onWritten: () => {
        done = 'all files were written before';
      },
    });
    phases.stop();
    if (flags.json) process.stdout.write(`${JSON.stringify(outcome, undefined, 2)}\n`);
    else if (!flags.quiet) {
      process.stdout.write(`${printable(formatSummary(outcome))}\n`);
      if (outcome.debug) await printDebugTable(outcome.debug, target);
    }
    if (!flags.json) process.stdout.write('Quantize model done!\n');
  } finally {
    phases.stop();
    release();
  }
}

/** Loaded here, since measuring texts takes a while to load and few runs print a table. */
async function printDebugTable(report: DebugReport, target: string): Promise<void> {
  const { formatDebugTable } = await import('./debug-table.ts');
  const { isTTY, columns: reported } = process.stdout;
  // Some terminals do not know their size.
  const columns = isTTY ? reported || 80 : undefined;
  process.stdout.write(`${printable(formatDebugTable(report, { target, columns }))}\n`);
}

function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  process.stderr.write(`error: ${printable(messageOf(error))}\n`);
  return error instanceof UsageError ? EXIT.usage : EXIT.failed;
}

/** On by itself from Node 22. Set before anything is compiled. */
function allowRelaxedSimd(): void {
  if (Number.parseInt(process.versions.node, 10) < 22) setFlagsFromString('--experimental-wasm-relaxed-simd');
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
