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
