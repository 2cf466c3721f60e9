import { setFlagsFromString } from 'node:v8';
import type { DebugReport } from './debug-report.ts';
import type { QuantizeOptions } from './options.ts';
import { printable } from './printable.ts';
import { createPhases, createProgress, type Phases, SILENT } from './progress.ts';
import { type QuantizeOutcome, quantizeFile } from './quantize-file.ts';
import { beforeStopping } from './stop-signals.ts';
import { formatSummary } from './summary.ts';

export interface PrintOptions {
  readonly quiet?: boolean;
  readonly json?: boolean;
  /** For what is shown while the work goes on; as usual if absent. */
  readonly phases?: Phases;
}

/** Quantizes a file, and prints as the command does. */
export async function quantizeCommand(
  options: QuantizeOptions,
  { quiet = false, json = false, phases = ordinaryPhases(quiet || json) }: PrintOptions,
): Promise<QuantizeOutcome> {
  let done = 'nothing was written';
  const release = beforeStopping((signal) => {
    phases.stop();
    process.stderr.write(`error: stopped by ${signal}; ${done}\n`);
  });
  try {
    if (options.fastMath) allowRelaxedSimd();
    const outcome = await quantizeFile({
      ...options,
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
    if (json) process.stdout.write(`${JSON.stringify(outcome, undefined, 2)}\n`);
    else if (!quiet) {
      process.stdout.write(`${printable(formatSummary(outcome))}\n`);
      if (outcome.debug) await printDebugTable(outcome.debug, options.target);
    }
    if (!json) process.stdout.write('Quantize model done!\n');
    return outcome;
  } finally {
    phases.stop();
    release();
  }
}

export function ordinaryPhases(silent: boolean): Phases {
  return createPhases((title) => (silent ? SILENT : createProgress(title, process.stderr)));
}

/** Loaded here, since measuring texts takes a while to load and few runs print a table. */
async function printDebugTable(report: DebugReport, target: string): Promise<void> {
  const { formatDebugTable } = await import('./debug-table.ts');
  const { isTTY, columns: reported } = process.stdout;
  // Some terminals do not know their size.
  const columns = isTTY ? reported || 80 : undefined;
  process.stdout.write(`${printable(formatDebugTable(report, { target, columns }))}\n`);
}

/** On by itself from Node 22. Set before anything is compiled. */
function allowRelaxedSimd(): void {
  if (Number.parseInt(process.versions.node, 10) < 22) setFlagsFromString('--experimental-wasm-relaxed-simd');
}
