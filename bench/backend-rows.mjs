import { describeSpread, table } from './format.mjs';
import { median, spread } from './statistics.mjs';

const HEAD = ['Network', 'Backend', 'Images/s', '÷ CPU', 'Whole job, s', 'MNN, s', 'Without a kernel'];

/** Markdown: for each network a row per backend. */
export function backendsTable(networks) {
  const rows = networks.flatMap(({ title, runs, mnn }) =>
    runs.map((run) => [
      title,
      [run.backend, run.device].filter(Boolean).join(': '),
      measured(run.perSecond, 1),
      run.perSecond && runs[0].perSecond
        ? (median(run.perSecond) / median(runs[0].perSecond)).toFixed(1)
        : '–',
      measured(run.seconds, 2),
      measured(mnn, 2),
      Object.keys(run.fallbacks ?? {}).join(', ') || 'none',
    ]),
  );
  return table(HEAD, rows);
}

/** "–" for what was not measured; a round that failed counts for all. */
function measured(numbers, digits) {
  if (!numbers?.length) return '–';
  return numbers.includes(undefined) ? 'failed' : describeSpread(spread(numbers), digits);
}
