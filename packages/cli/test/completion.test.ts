import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Option } from 'commander';
import { describe, expect, it } from 'vitest';
import { BACKENDS } from '../src/backend/names.ts';
import { completionScript } from '../src/command/completion.ts';
import { createCommand, FILES } from '../src/command/definition.ts';
import { SHELLS } from '../src/command/examples.ts';
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
  ['mnnquant --backend ', [...BACKENDS].sort()],
  ['mnnquant --backend=', [...BACKENDS].sort()],
  ['mnnquant --backend gpu:h', ['gpu:headlessgl']],
  ['mnnquant --backend=gpu:web', ['gpu:webgl2', 'gpu:webgpu']],
  ['mnnquant --memory ', []],
  ['mnnquant completio', ['completion']],
  ['mnnquant completion ', [...EVERYTHING, 'bash', 'fish', 'zsh'].sort()],
  ['mnnquant completion b.mnn ', ['my dir', 'sizes.json']],
];

for (const shell of SHELLS) {
  const missing = !hasShell(shell);
  if (missing && process.env.MNNQUANT_REQUIRE_SHELLS === '1') throw new Error(`${shell} is needed here`);
  describe.skipIf(missing)(
    `${shell} completes${missing ? ` (skipped: ${shell} is not installed)` : ''}`,
    () => {
      it.each(CASES)('"%s"', (line, words) => {
        const script = completionScript(createCommand(), shell);
        // zsh and fish name the files of a folder in different ways.
        const found = offered(shell, script, line, folder()).map((word) => word.replace(/^my dir\//, ''));
        expect(found).toEqual(words);
      });

      it('an option that is added to the command, whatever its text holds', () => {
        const text = `it's 5 $HOME \`x\` [or] a: "b" \\ 100%`;
        const command = createCommand().addOption(
          new Option('-c, --colour <name>', text).choices(['red', 'dark-blue']),
        );
        const script = completionScript(command, shell);
        expect(offered(shell, script, 'mnnquant --col', folder())).toEqual(['--colour']);
        expect(offered(shell, script, 'mnnquant --colour ', folder())).toEqual(['dark-blue', 'red']);
        expect(offered(shell, script, 'mnnquant -c red a.mnn b.mnn ', folder())).toEqual([
          'my dir',
          'sizes.json',
        ]);
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
