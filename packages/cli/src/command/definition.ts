import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { BACKENDS, type BackendName } from '../backend/names.ts';
import { MOST_THREADS } from '../most-threads.ts';
import { VERSION } from '../version.ts';
import { helpAfter } from './examples.ts';

export interface Flags {
  readonly memory: number;
  readonly threads: number | 'auto';
  readonly backend: BackendName;
  readonly strictBackend?: boolean;
  readonly fastMath?: boolean;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

interface FileArgument {
  readonly name: string;
  readonly description: string;
  /** What a shell offers for it; any file where it is not given. */
  readonly ending?: `.${string}`;
}

/** The three arguments, in their order. */
export const FILES: readonly FileArgument[] = [
  { name: 'SRC.mnn', description: 'the float model', ending: '.mnn' },
  { name: 'DST.mnn', description: 'where the int8 model goes; DST.mnn.json is written beside it' },
  {
    name: 'config.json',
    description: "how to calibrate; MNN's keys, see docs/config.md",
    ending: '.json',
  },
];

/** The command line. The help, the completion of shells and the man page are made from it. */
export function createCommand(): Command {
  const command = new Command('mnnquant').description(
    'Turns a float MNN model into an int8 one with a folder of sample images.',
  );
  for (const { name, description } of FILES) command.addArgument(new Argument(`<${name}>`, description));
  return command
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
    .addHelpText('after', () => helpAfter())
    .showHelpAfterError('(mnnquant --help tells more)')
    .exitOverride();
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
