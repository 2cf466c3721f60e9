import { EXIT } from '../../exit-codes.ts';
import { createPhases, createProgress, SILENT } from '../../progress.ts';
import { terminalWidth } from '../../terminal-width.ts';
import type { RunSubcommand } from '../subcommand.ts';
import { type CompareOptions, compareModels } from './compare-models.ts';
import { formatComparison } from './format.ts';

/** `mnnquant compare`. */
export const run: RunSubcommand = async ([a, b], { memory, quiet, json, ...options }) => {
  const silent = quiet || json;
  const phases = createPhases((title) => (silent ? SILENT : createProgress(title, process.stderr)));
  try {
    const comparison = await compareModels({
      ...(options as Omit<CompareOptions, 'a' | 'b'>),
      a: a!,
      b: b!,
      memoryBytes: memory,
      onProgress: phases.update,
      onWarning: (message) => {
        phases.stop();
        process.stderr.write(`warning: ${message}\n`);
      },
    });
    phases.stop();
    if (json) process.stdout.write(`${JSON.stringify(comparison, undefined, 2)}\n`);
    else if (!quiet) process.stdout.write(`${formatComparison(comparison, terminalWidth(process.stdout))}\n`);
    for (const line of comparison.missed) process.stderr.write(`missed: ${line}\n`);
    return comparison.missed.length > 0 ? EXIT.missed : EXIT.done;
  } finally {
    phases.stop();
  }
};
