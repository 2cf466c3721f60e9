import { InvalidArgumentError, Option } from 'commander';
import { NODE_BACKENDS } from '../backend/names.ts';
import { MOST_THREADS } from '../most-threads.ts';

/** Options that several commands have; made anew on each call, since commander keeps what was parsed in them. */
export const memoryOption = (): Option =>
  new Option('--memory <size>', 'memory for samples and activations, such as 800M or 2G')
    .argParser(parseSize)
    .default(1024 ** 3, '1G');

export const threadsOption = (): Option =>
  new Option('--threads <n>', 'threads that compute; the result is the same for any number')
    .argParser(parseThreads)
    .default('auto', 'one per core, for little work one');

export const backendOption = (): Option =>
  new Option('--backend <name>', 'what computes; a GPU needs the package @mnnquant/tensor-gpu')
    .choices(NODE_BACKENDS)
    .default('auto', 'a real GPU for much work, else the CPU');

export const labelOffsetOption = (): Option =>
  new Option('--label-offset <n>', 'added to each label: 1 where the network counts a background class first')
    .argParser(parseInteger)
    .default(0);

function parseInteger(text: string): number {
  if (!/^[+-]?\d{1,9}$/.test(text)) throw new InvalidArgumentError('expected a whole number');
  return Number(text);
}

/** Points of accuracy, 0 to 100. */
export function parsePoints(text: string): number {
  const value = parseNumber(text);
  if (!(value >= 0 && value <= 100))
    throw new InvalidArgumentError('expected points of accuracy from 0 to 100, such as 0.5');
  return value;
}

/** Percent as a share. A number up to 1 may be meant as a share, too, so it needs its sign. */
export function parsePercent(text: string): number {
  const value = parseNumber(text.replace(/\s*%$/, ''));
  if (!(value >= 0 && value <= 100))
    throw new InvalidArgumentError('expected percent from 0 to 100, such as 99');
  if (value > 0 && value <= 1 && !text.includes('%'))
    throw new InvalidArgumentError(`expected percent such as 99; write ${text}% if that is meant`);
  return value / 100;
}

/** A number in decimal digits; NaN for anything else. */
export function parseNumber(text: string): number {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text.trim()) ? Number(text) : Number.NaN;
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
