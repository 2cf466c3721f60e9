import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Option } from 'commander';
import { describe, expect, it } from 'vitest';
import { NODE_BACKENDS } from '../src/backend/names.ts';
import { completionScript } from '../src/command/completion.ts';
import { createCommand, FILES } from '../src/command/definition.ts';
import { SHELLS, type Shell } from '../src/command/examples.ts';
import { SUBCOMMANDS } from '../src/commands/index.ts';
import type { Subcommand } from '../src/commands/subcommand.ts';
import { FEATURE_METHODS } from '../src/config/feature-methods.ts';
import { fill, scratchFolder } from './scratch.ts';
import { hasShell, offered } from './shells.ts';

const MODELS = ['a.mnn', 'b c.mnn', 'my dir'];
const EVERYTHING = ['a.mnn', 'b c.mnn', 'my dir', 'sizes.json', 'x.txt'];
const OPTIONS = createCommand()
  .createHelp()
  .visibleOptions(createCommand())
  .map(({ long }) => long!)
  .sort();

/** A folder with models and other files. */
function folder(): string {
  const path = scratchFolder();
  mkdirSync(join(path, 'my dir'));
  fill(path, { 'a.mnn': '', 'b c.mnn': '', 'x.txt': '', 'sizes.json': '', 'my dir/in.mnn': '' });
  return path;
}

const CASES: readonly (readonly [line: string, words: readonly string[]])[] = [
  ['mnnquant ', MODELS],
  ['mnnquant my\\ d', ['my dir']],
  ['mnnquant my\\ dir/', ['in.mnn']],
  ['mnnquant a.mnn ', EVERYTHING],
  ['mnnquant a.mnn b.mnn ', ['my dir', 'sizes.json']],
  ['mnnquant --threads 2 a.mnn --backend gpu:webgpu -q b.mnn ', ['my dir', 'sizes.json']],
  ['mnnquant -- --strange.mnn b.mnn ', ['my dir', 'sizes.json']],
  ['mnnquant --', OPTIONS],
  ['mnnquant --f', ['--fast-math']],
  ['mnnquant a.mnn --st', ['--strict-backend']],
  ['mnnquant --backend ', [...NODE_BACKENDS].sort()],
  ['mnnquant --backend=', [...NODE_BACKENDS].sort()],
  ['mnnquant --backend gpu:h', ['gpu:headlessgl']],
  ['mnnquant --backend=gpu:web', ['gpu:webgpu']],
  ['mnnquant --memory ', []],
  ['mnnquant --load-stats ', ['my dir']],
  ['mnnquant --load-stats x.txt a.mnn b.mnn ', ['my dir', 'sizes.json']],
  ['mnnquant completio', ['completion']],
  ['mnnquant completion ', ['bash', 'fish', 'zsh']],
  ['mnnquant completion z', ['zsh']],
  ['mnnquant completion bash ', []],
  ['mnnquant completion --', ['--help']],
  ['mnnquant i', ['init', 'inspect']],
  ['mnnquant inspect --t', ['--tree']],
  ['mnnquant inspect --tree ', MODELS],
  ['mnnquant init a.mnn ', ['my dir', 'sizes.json']],
  ['mnnquant init --path ', ['my dir']],
  ['mnnquant init --method ', [...FEATURE_METHODS].sort()],
  ['mnnquant ./completion ', EVERYTHING],
  ['mnnquant a.mnn completio', []],
];

/** What a command can have, next to `completion`. */
const STAND_IN: Subcommand = {
  name: 'judge',
  summary: `it's what "judges" [or: 50 %]`,
  files: [
    { name: 'A.mnn', description: 'the first', ending: '.mnn' },
    { name: 'TABLE', description: 'any file', optional: true },
  ],
  options: () => [
    new Option('-d, --data <dir>', 'a folder'),
    new Option('--labels <labels.txt>', 'a table'),
    new Option('--shape <name=sizes>', 'nothing that is known'),
    new Option('--threads <n>', 'as the other').choices(['1', '2']),
    new Option('--json', 'as data'),
  ],
  load: async () => async () => 0,
};

const SUBCOMMAND_CASES: readonly (readonly [line: string, words: readonly string[]])[] = [
  ['mnnquant j', ['judge']],
  ['mnnquant judge ', MODELS],
  ['mnnquant judge a.mnn ', EVERYTHING],
  ['mnnquant judge a.mnn x.txt ', []],
  ['mnnquant judge --', ['--data', '--help', '--json', '--labels', '--shape', '--threads']],
  ['mnnquant judge a.mnn --j', ['--json']],
  ['mnnquant judge --data ', ['my dir']],
  ['mnnquant judge -d ', ['my dir']],
  ['mnnquant judge --data=', ['my dir']],
  ['mnnquant judge --labels ', ['my dir', 'x.txt']],
  ['mnnquant judge --shape ', []],
  ['mnnquant judge --threads ', ['1', '2']],
  ['mnnquant judge --data judge -- a.mnn ', EVERYTHING],
  ['mnnquant judge judge ', EVERYTHING],
  ['mnnquant --threads judge ', MODELS],
  ['mnnquant --s', ['--save-stats', '--strict-backend']],
];

/** The answers to the lines of cases; all are asked for with the first. */
function asked(shell: Shell, script: () => string, cases: typeof CASES): (line: string) => readonly string[] {
  let found: ReadonlyMap<string, readonly string[]> | undefined;
  return (line) => {
    const lines = cases.map(([each]) => each);
    found ??= offered(shell, script(), lines, folder());
    return found.get(line)!;
  };
}

for (const shell of SHELLS) {
  const missing = !hasShell(shell);
  if (missing && process.env.MNNQUANT_REQUIRE_SHELLS === '1') throw new Error(`${shell} is needed here`);
  describe.skipIf(missing)(
    `${shell} completes${missing ? ` (skipped: ${shell} is not installed)` : ''}`,
    () => {
      const own = asked(shell, () => completionScript(createCommand(), shell), CASES);
      it.each(CASES)('"%s"', (line, words) => {
        // zsh and fish name the files of a folder in different ways.
        const found = own(line).map((word) => word.replace(/^my dir\//, ''));
        expect(found).toEqual(words);
      });

      const all = [...SUBCOMMANDS, STAND_IN];
      const withStandIn = (): string =>
        completionScript(
          createCommand(() => {}, all),
          shell,
          all,
        );
      const more = asked(shell, withStandIn, SUBCOMMAND_CASES);
      it.each(SUBCOMMAND_CASES)('"%s" of a command', (line, words) => {
        expect(more(line)).toEqual(words);
      });

      it('an option that is added to the command, whatever its text holds', () => {
        const text = `it's 5 $HOME \`x\` [or] a: "b" \\ 100%`;
        const command = createCommand().addOption(
          new Option('-c, --colour <name>', text).choices(['red', 'dark-blue']),
        );
        const wanted = {
          'mnnquant --col': ['--colour'],
          'mnnquant --colour ': ['dark-blue', 'red'],
          'mnnquant -c red a.mnn b.mnn ': ['my dir', 'sizes.json'],
        };
        const found = offered(shell, completionScript(command, shell), Object.keys(wanted), folder());
        expect(Object.fromEntries(found)).toEqual(wanted);
      });
    },
  );
}

it('an argument is a file that shells know the ending of', () => {
  expect(createCommand().registeredArguments.map((argument) => argument.name())).toEqual(
    FILES.map(({ name }) => name),
  );
  expect(FILES.map(({ ending }) => ending)).toEqual(['.mnn', undefined, '.json']);
});
