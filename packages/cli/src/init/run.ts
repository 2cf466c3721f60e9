import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { checkTargets } from '../check-targets.ts';
import type { RunSubcommand } from '../commands/subcommand.ts';
import { parseConfig } from '../config/check.ts';
import { UsageError } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import { writeTogether } from '../files.ts';
import { printableName } from '../printable.ts';
import { readModelAlone } from '../read-source.ts';
import { refuseQuantized } from '../refuse-quantized.ts';
import type { Answers } from './answers.ts';
import { type Ask, StoppedError } from './ask.ts';
import { collectAnswers, type Given } from './collect.ts';
import { configText } from './config-text.ts';
import { folderSizes } from './folder-sizes.ts';
import { guessInputs, type ModelGuess } from './guess.ts';

const DEFAULT_TARGET = 'config.json';

/** `mnnquant init`. */
export const runInit: RunSubcommand = async ([source = '', target = DEFAULT_TARGET], options) => {
  const { net } = readModelAlone(source).model;
  refuseQuantized(net, source);
  checkTargets([target], [source]);
  const isTerminal = process.stdin.isTTY === true && process.stderr.isTTY === true;
  // Loaded only where there is somebody to ask.
  const ask = isTerminal && !options.yes ? (await import('./ask-terminal.ts')).askOnTerminal() : undefined;
  try {
    await mayReplace(target, options.force === true, ask);
    const given = { ...options, shapes: options.shape ?? new Map() } as Given;
    const guess = guessInputs(net, given.shapes);
    ask?.note(`${source} ${takes(guess)}`);
    const answers = await collectAnswers(guess, given, { ask, folder: folderSizes });
    write(target, configText(answers, { source, comments: options.comments !== false }));
    // Questions end without an empty line.
    process.stdout.write(`${ask ? '\n' : ''}${nextSteps(source, target, answers)}\n`);
    return EXIT.done;
  } catch (error) {
    if (!(error instanceof StoppedError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return EXIT.failed;
  }
};

/** What the model takes, for a person. */
function takes(guess: ModelGuess): string {
  if (guess.kind === 'image') {
    const size = guess.width && guess.height ? `of ${guess.width}x${guess.height} pixels` : 'of any size';
    return `takes an image ${size} (input "${printableName(guess.input.name)}").`;
  }
  const inputs = guess.inputs.map(
    ({ name, dtype, declared }) => `${printableName(name)} ${dtype} [${declared}]`,
  );
  return `takes numbers, and no single image: ${inputs.join(', ')}.`;
}

/** @throws {UsageError} where the file is there and nobody allows to replace it */
async function mayReplace(target: string, force: boolean, ask: Ask | undefined): Promise<void> {
  if (force || !existsSync(target)) return;
  if (ask === undefined)
    throw new UsageError(`${target} is there already; --force replaces it, or give another name`);
  if (!(await ask.confirm(`${target} is there already. Replace it?`)))
    throw new StoppedError(`${target} was left as it is`);
}

/** What is written is a config that the tool takes. */
function write(target: string, text: string): void {
  parseConfig(text, target, () => []);
  writeTogether([{ path: target, bytes: new TextEncoder().encode(text) }]);
}

function nextSteps(source: string, target: string, answers: Answers): string {
  const open = [...answers.guessed].map((key) =>
    key === 'mean' ? 'mean and normal' : key === 'width' ? 'width and height' : key,
  );
  const missing = !existsSync(resolve(answers.path));
  const result = source.replace(/(\.mnn)?$/, '-int8.mnn');
  return [
    `Written     ${target}`,
    ...(open.length > 0
      ? [`Check       ${open.join(', ')}: the model does not say them, these are guesses`]
      : []),
    ...(missing ? [`Make        the folder ${answers.path} with samples`] : []),
    `Then        mnnquant ${[source, result, target].map(quoted).join(' ')}`,
  ].join('\n');
}

/** As a shell takes it. */
function quoted(word: string): string {
  return /^[\w./:@%+,=-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
