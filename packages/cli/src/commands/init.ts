import { InvalidArgumentError, Option } from 'commander';
import { shapeOption } from '../command/shape-option.ts';
import { METHODS } from '../init/answers.ts';
import type { Subcommand } from './subcommand.ts';

/** Names of `init/presets.ts`, which is not needed before a config is written. */
const PRESET_NAMES = ['imagenet', '0..1', '-1..1', '127.5/128', 'none'];
const FORMATS = ['RGB', 'BGR', 'RGBA', 'BGRA', 'GRAY'];

export const init: Subcommand = {
  name: 'init',
  summary: 'write a config for a model, asking for what it cannot know',
  files: [
    { name: 'SRC.mnn', description: 'the float model', ending: '.mnn' },
    {
      name: 'config.json',
      description: 'where the config goes (default: config.json)',
      ending: '.json',
      optional: true,
    },
  ],
  options: () => [
    new Option('-y, --yes', 'ask nothing: take the likeliest for what is not given'),
    new Option('--path <dir>', 'folder with sample images, or with a folder per sample'),
    new Option('--format <name>', 'order of the colours').choices(FORMATS),
    new Option('--preset <name>', 'how pixels became inputs in training').choices(PRESET_NAMES),
    new Option('--mean <numbers>', 'in its place: 127.5 or 104,117,123').argParser(parseNumbers),
    new Option('--normal <numbers>', '1 / deviation: 0.0078125 or one per channel').argParser(parseNumbers),
    new Option('--width <pixels>', 'of a model that takes any size').argParser(parsePixels),
    new Option('--height <pixels>', 'of a model that takes any size').argParser(parsePixels),
    shapeOption(),
    new Option('--method <name>', 'how scales of activations are found').choices(METHODS),
    new Option('--no-comments', "plain JSON, which MNN's own tool reads as well"),
    new Option('--force', 'replace a file that is there'),
  ],
  help: `Examples:
  # asks on the terminal
  mnnquant init face.mnn
  # asks nothing
  mnnquant init face.mnn config.json --yes --path photos/ --format RGB --preset 127.5/128`,
  load: async () => (await import('../init/run.ts')).runInit,
};

function parseNumbers(text: string): number[] {
  const numbers = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  if (numbers.length > 4 || !numbers.every(Number.isFinite))
    throw new InvalidArgumentError('Expected 1 to 4 numbers such as 104,117,123.');
  return numbers;
}

function parsePixels(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) < 1)
    throw new InvalidArgumentError('Expected a whole number of pixels.');
  return Number(text);
}
