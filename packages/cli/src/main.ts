import { setFlagsFromString } from 'node:v8';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { BACKENDS, type BackendName } from './backend/names.ts';
import type { DebugReport } from './debug-report.ts';
import { messageOf, UsageError } from './errors.ts';
import { MOST_THREADS } from './most-threads.ts';
import { createPhases, createProgress, SILENT } from './progress.ts';
import { VERSION } from './version.ts';

/** Exit codes of the command. */
export const EXIT = { done: 0, failed: 1, usage: 2 } as const;

interface Flags {
  readonly memory: number;
  readonly threads: number | 'auto';
  readonly backend: BackendName;
  readonly strictBackend?: boolean;
  readonly fastMath?: boolean;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

const EXAMPLES = `
Example:
  mnnquant face.mnn face-int8.mnn config.json

config.json:
  {
    "format": "RGB", "mean": [127.5, 127.5, 127.5], "normal": [0.0078125, 0.0078125, 0.0078125],
    "width": 320, "height": 240, "path": "photos/",
    "feature_quantize_method": "KL", "weight_quantize_method": "MAX_ABS"
  }

Exit codes: 0 done, 1 failed, 2 wrong usage or config. Nothing is written unless all went well.`;

/**
 * Runs the command; returns its exit code.
 *
 * Signals keep their default effect, which is the only one that reaches a thread that computes. They
 * can come at any time: results only appear at the very end, by renaming.
 */
export async function main(args: readonly string[]): Promise<number> {
  ignoreClosedPipes();
  const command = createCommand();
  try {
    await command.parseAsync([...args], { from: 'user' });
    return EXIT.done;
  } catch (error) {
    return report(error);
  }
}

function createCommand(): Command {
  return new Command('mnnquant')
    .description('Turns a float MNN model into an int8 one with a folder of sample images.')
    .argument('<SRC.mnn>', 'the float model')
    .argument('<DST.mnn>', 'where the int8 model goes; DST.mnn.json is written beside it')
    .argument('<config.json>', "how to calibrate; MNN's keys, see docs/config.md")
    .addOption(
      new Option('--memory <size>', 'memory for samples and activations, such as 800M or 2G')
        .argParser(parseSize)
        .default(1024 ** 3, '1G'),
    )
    .addOption(
      new Option('--threads <n>', 'threads that compute; the result is the same for any number')
        .argParser(parseThreads)
        .default('auto', 'one per core, for little work one'),
    )
    .addOption(
      new Option('--backend <name>', 'what computes; a GPU needs the package @mnnquant/tensor-gpu')
        .choices(BACKENDS)
        .default('auto', 'a real GPU for much work, else the CPU'),
    )
    .option('--strict-backend', 'an op for which the backend has no kernel is an error')
    .option('--fast-math', 'fused multiply-adds: faster, but the last bits depend on the machine')
    .option('-q, --quiet', 'print nothing but warnings and the last line')
    .option('--json', 'print the summary as JSON instead of text')
    .version(VERSION)
    .addHelpText('after', EXAMPLES)
    .showHelpAfterError('(mnnquant --help tells more)')
    .exitOverride()
    .action(run);
}

async function run(source: string, target: string, config: string, flags: Flags): Promise<void> {
  const quiet = flags.quiet || flags.json;
  const phases = createPhases((title) => (quiet ? SILENT : createProgress(title, process.stderr)));
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
      onProgress: phases.update,
      onWarning: (message) => {
        phases.stop();
        process.stderr.write(`warning: ${message}\n`);
      },
    });
    phases.stop();
    if (flags.json) process.stdout.write(`${JSON.stringify(outcome, undefined, 2)}\n`);
    else if (!flags.quiet) {
      process.stdout.write(`${formatSummary(outcome)}\n`);
      if (outcome.debug) await printDebugTable(outcome.debug, target);
    }
    if (!flags.json) process.stdout.write('Quantize model done!\n');
  } finally {
    phases.stop();
  }
}

/** Loaded here, since measuring texts takes a while to load and few runs print a table. */
async function printDebugTable(report: DebugReport, target: string): Promise<void> {
  const { formatDebugTable } = await import('./debug-table.ts');
  const { isTTY, columns: reported } = process.stdout;
  // Some terminals do not know their size.
  const columns = isTTY ? reported || 80 : undefined;
  process.stdout.write(`${formatDebugTable(report, { target, columns })}\n`);
}

function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  process.stderr.write(`error: ${messageOf(error)}\n`);
  return error instanceof UsageError ? EXIT.usage : EXIT.failed;
}

/** On by itself from Node 22. Set before anything is compiled. */
function allowRelaxedSimd(): void {
  if (Number.parseInt(process.versions.node, 10) < 22) setFlagsFromString('--experimental-wasm-relaxed-simd');
}

function parseThreads(text: string): number {
  const threads = Number(text);
  if (!/^\d+$/.test(text.trim()) || threads < 1 || threads > MOST_THREADS)
    throw new InvalidArgumentError(`expected a whole number from 1 to ${MOST_THREADS}`);
  return threads;
}

function parseSize(text: string): number {
  const match = /^(\d+(?:\.\d+)?)([KMG]?)B?$/i.exec(text.trim());
  if (!match || Number(match[1]) === 0)
    throw new InvalidArgumentError('expected a size such as 800M or 2G (K, M and G are known)');
  const unit = { '': 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3 }[match[2].toUpperCase() as '' | 'K' | 'M' | 'G'];
  return Math.floor(Number(match[1]) * unit);
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
