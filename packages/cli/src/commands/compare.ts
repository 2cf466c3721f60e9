import { InvalidArgumentError, Option } from 'commander';
import {
  backendOption,
  labelOffsetOption,
  memoryOption,
  parseNumber,
  parsePercent,
  parsePoints,
  threadsOption,
} from '../command/shared-options.ts';
import type { Subcommand } from './subcommand.ts';

/** `mnnquant compare`: the outputs of two models on the same data. */
export const compare: Subcommand = {
  name: 'compare',
  summary: 'compare the outputs of two models on the same data, with labels their accuracy',
  files: [
    { name: 'A.mnn', description: 'the model to compare with, mostly the float one', ending: '.mnn' },
    { name: 'B.mnn', description: 'the model to judge, mostly the int8 one', ending: '.mnn' },
  ],
  options: () => [
    new Option(
      '--data <dir>',
      'images, or arrays as for input_type "sequence"; if absent the path of --config',
    ),
    new Option('--config <config.json>', 'the config of quantizing: format, mean, normal, size of images'),
    new Option('--samples <n>', 'use at most so many samples, the first by name').argParser(parseCount),
    new Option('--labels <labels.csv>', 'csv of file name and class: accuracy of both models'),
    labelOffsetOption(),
    new Option(
      '--label-output <name>',
      'the output that labels are of, where several look like class scores',
    ),
    new Option('--min-cosine <x>', 'exit code 3 where the mean cosine of an output is below').argParser(
      parseCosine,
    ),
    new Option(
      '--min-top1-agreement <percent>',
      'exit code 3 where fewer samples have the same best class',
    ).argParser(parsePercent),
    new Option('--max-drop <points>', 'exit code 3 where the top-1 accuracy falls by more points').argParser(
      parsePoints,
    ),
    memoryOption(),
    threadsOption(),
    backendOption(),
    new Option('-q, --quiet', 'print nothing but warnings and bounds that are missed'),
    new Option('--json', 'print the comparison as JSON instead of text'),
  ],
  help: `Examples:
  # how far the int8 model is from the float one, on images that calibration did not see
  mnnquant compare face.mnn face-int8.mnn --data test-photos --config config.json
  # accuracy of a classifier; fails where more than one point is lost
  mnnquant compare net.mnn net-int8.mnn --data test --config config.json --labels labels.csv --max-drop 1

Exit codes: 0 done, 1 failed, 2 wrong usage or config, 3 a bound is missed.`,
  load: async () => (await import('./compare/run.ts')).run,
};

function parseCount(text: string): number {
  const count = Number(text);
  if (!/^\d+$/.test(text) || count < 1) throw new InvalidArgumentError('expected a whole number above 0');
  return count;
}

function parseCosine(text: string): number {
  const value = parseNumber(text);
  if (!(value >= -1 && value <= 1))
    throw new InvalidArgumentError('expected a number from -1 to 1, such as 0.99');
  return value;
}
