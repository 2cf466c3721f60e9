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

/** `mnnquant auto`: finds the settings, and what has to stay float. */
export const auto: Subcommand = {
  name: 'auto',
  summary: 'find the settings with which the int8 model loses least, and what must stay float for a target',
  files: [
    { name: 'SRC.mnn', description: 'the float model', ending: '.mnn' },
    {
      name: 'DST.mnn',
      description: 'where the int8 model goes; beside it the config that makes it: DST.mnn.config.json',
    },
    {
      name: 'config.json',
      description: 'how samples become inputs; its methods are replaced',
      ending: '.json',
    },
  ],
  options: () => [
    new Option(
      '--target <cosine=x>',
      'leave as little in float as it takes for this mean cosine of every output; exit code 3 where it cannot be reached',
    ).argParser(parseTarget),
    new Option(
      '--max-drop <points>',
      'the same for the top-1 accuracy: it may fall by so many points',
    ).argParser(parsePoints),
    new Option('--labels <labels.csv>', 'csv of file name and class, of the samples that judge'),
    labelOffsetOption(),
    new Option(
      '--label-output <name>',
      'the output that labels are of, where several look like class scores',
    ),
    new Option(
      '--data <dir>',
      'samples that judge; if absent every third of those that calibrate is set aside for that',
    ),
    new Option(
      '--time <duration>',
      'try nothing new after a time such as 90s, 10m or 1h (s, m and h are known); at least one setting is',
    ).argParser(parseDuration),
    new Option(
      '--min-int8 <percent>',
      'leave at least so many percent of the multiply-adds in int8 that could be',
    ).argParser(parsePercent),
    memoryOption(),
    threadsOption(),
    backendOption(),
    new Option(
      '--report <file>',
      'also write what was tried and what each layer loses: a page (.html) or its data (.json)',
    ),
    new Option('-q, --quiet', 'print nothing but warnings and the last line'),
    new Option('--json', 'print the summary as JSON instead of text'),
  ],
  help: `Examples:
  # the most accurate int8 model; all settings found in face-int8.mnn.config.json
  mnnquant auto face.mnn face-int8.mnn config.json
  # at least this cosine, judged by photos of their own, and a page with the trade-off
  mnnquant auto net.mnn net-int8.mnn config.json --target cosine=0.995 --data test --report report.html
  # at most half a point of accuracy, and ten minutes
  mnnquant auto net.mnn net-int8.mnn config.json --max-drop 0.5 --labels labels.csv --data test --time 10m

Exit codes: 0 done, 1 failed, 2 wrong usage or config, 3 the target is missed: the nearest was written.`,
  load: async () => (await import('./auto/run.ts')).run,
};

/** `cosine=0.995` */
function parseTarget(text: string): number {
  const [name, value, ...more] = text.split('=').map((part) => part.trim());
  const cosine = parseNumber(value ?? '');
  if (name !== 'cosine' || more.length > 0 || !(cosine >= 0 && cosine <= 1))
    throw new InvalidArgumentError('expected cosine=x with x from 0 to 1, such as cosine=0.995');
  return cosine;
}

const UNITS: Readonly<Record<string, number>> = { s: 1e3, m: 60e3, h: 3600e3 };

/** In milliseconds. A number alone may be meant as seconds or as minutes. */
function parseDuration(text: string): number {
  const [, count = '', unit = ''] = /^([\d.]+)\s*([smh])$/.exec(text.trim()) ?? [];
  const duration = parseNumber(count) * (UNITS[unit] ?? Number.NaN);
  if (!(duration > 0)) throw new InvalidArgumentError('expected a time such as 90s, 10m or 1h');
  return duration;
}
