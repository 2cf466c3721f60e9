import { Argument, Command } from 'commander';
import type { BackendName } from '../backend/names.ts';
import { SUBCOMMANDS } from '../commands/index.ts';
import type { FileArgument, Subcommand } from '../commands/subcommand.ts';
import { UsageError } from '../errors.ts';
import type { ExitCode } from '../exit-codes.ts';
import { printable } from '../printable.ts';
import { VERSION } from '../version.ts';
import { helpAfter } from './examples.ts';
import { backendOption, memoryOption, threadsOption } from './shared-options.ts';

export interface Flags {
  readonly memory: number;
  readonly threads: number | 'auto';
  readonly backend: BackendName;
  readonly strictBackend?: boolean;
  readonly fastMath?: boolean;
  readonly saveStats?: string;
  readonly loadStats?: string;
  readonly quiet?: boolean;
  readonly json?: boolean;
  readonly report?: string;
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

/**
 * The command line. The help, the completion of shells and the man page are made from it.
 *
 * @param onExitCode called with what a subcommand returned
 */
export function createCommand(
  onExitCode: (code: ExitCode) => void = () => {},
  subcommands: readonly Subcommand[] = SUBCOMMANDS,
): Command {
  const command = new Command('mnnquant')
    .description('Turns a float MNN model into an int8 one with a folder of sample images.')
    .usage(usage())
    // `help` stays free for a file; every command has --help.
    .helpCommand(false)
    // What stands behind the name of a subcommand is that command's.
    .enablePositionalOptions();
  addFiles(command, FILES);
  command
    .addOption(memoryOption())
    .addOption(threadsOption())
    .addOption(backendOption())
    .option('--strict-backend', 'an op for which the backend has no kernel is an error')
    .option('--fast-math', 'fused multiply-adds: faster, but the last bits depend on the machine')
    .option(
      '--save-stats <file.npz>',
      'write the statistics of the samples for later runs; costs time and space',
    )
    .option('--load-stats <file.npz>', 'take them from such a file instead of running the network')
    .option('-q, --quiet', 'print nothing but warnings and the last line')
    .option('--json', 'print the summary as JSON instead of text')
    .option('--report <file>', 'also write what each layer loses and why: a page (.html) or its data (.json)')
    .version(VERSION)
    .addHelpText('after', () => helpAfter())
    .configureOutput({ outputError: (text, write) => write(printable(text)) })
    .showHelpAfterError('(mnnquant --help tells more)')
    .exitOverride();
  for (const subcommand of subcommands) addSubcommand(command, subcommand, onExitCode);
  return command;
}

function addSubcommand(
  parent: Command,
  { name, summary, files, options, help, load }: Subcommand,
  onExitCode: (code: ExitCode) => void,
): void {
  const command = parent
    .command(name)
    .description(summary)
    .showHelpAfterError(`(mnnquant ${name} --help tells more)`);
  addFiles(command, files);
  for (const option of options()) command.addOption(option);
  if (help !== undefined) command.addHelpText('after', `\n${help}`);
  command.action(async () => {
    refuseEarlyOptions(parent, name);
    const run = await load();
    onExitCode(await run(command.processedArgs, command.opts(), parent));
  });
}

/** Options before the name of a command are those of quantizing, and would be lost without a word. */
function refuseEarlyOptions(parent: Command, name: string): void {
  const given = parent.options.filter(
    (option) => parent.getOptionValueSource(option.attributeName()) === 'cli',
  );
  if (given.length === 0) return;
  const flags = given.map(({ long, short }) => long ?? short).join(', ');
  throw new UsageError(`options of ${name} stand behind its name, got ${flags} before it`);
}

function usage(): string {
  return `[options] ${FILES.map(({ name }) => `<${name}>`).join(' ')}\n       mnnquant COMMAND [options] …`;
}

function addFiles(command: Command, files: readonly FileArgument[]): void {
  for (const { name, description, choices, optional } of files) {
    const argument = new Argument(optional ? `[${name}]` : `<${name}>`, description);
    command.addArgument(choices ? argument.choices(choices) : argument);
  }
}
