import type { RunSubcommand } from '../commands/subcommand.ts';
import { EXIT } from '../exit-codes.ts';
import { completionScript } from './completion.ts';
import type { Shell } from './examples.ts';

/** `mnnquant completion SHELL`; which shells there are is checked with the arguments. */
export const printCompletion: RunSubcommand = async ([shell], _options, program) => {
  process.stdout.write(completionScript(program, shell as Shell));
  return EXIT.done;
};
