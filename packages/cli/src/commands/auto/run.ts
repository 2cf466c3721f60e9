import type { AutoTarget } from '../../auto/options.ts';
import { missedTarget } from '../../auto/outcome-lines.ts';
import { EXIT } from '../../exit-codes.ts';
import { quantizeCommand } from '../../quantize-command.ts';
import type { RunSubcommand } from '../subcommand.ts';
import { SearchDisplay } from './display.ts';

/** `mnnquant auto`. */
export const run: RunSubcommand = async ([source, target, config], options) => {
  const { memory, threads, backend, report, quiet, json } = options;
  const { target: cosine, maxDrop, data, labels, labelOffset, labelOutput, time, minInt8 } = options;
  const wanted: AutoTarget = {
    ...(cosine !== undefined && { cosine }),
    ...(maxDrop !== undefined && { maxDrop }),
  };
  const silent = quiet || json;
  const display = new SearchDisplay(process.stderr, { silent });
  const { auto } = await quantizeCommand(
    {
      source: source!,
      target: target!,
      config: config!,
      memoryBytes: memory,
      threads,
      backend,
      report,
      auto: {
        ...(Object.keys(wanted).length > 0 && { target: wanted }),
        data,
        labels,
        labelOffset,
        labelOutput,
        timeMs: time,
        minInt8,
        onTrial: display.onTrial,
        onRank: display.onRank,
      },
    },
    { quiet, json, phases: display },
  );
  for (const line of missedTarget(auto!)) process.stderr.write(`missed: ${line}\n`);
  return auto!.reached ? EXIT.done : EXIT.missed;
};
